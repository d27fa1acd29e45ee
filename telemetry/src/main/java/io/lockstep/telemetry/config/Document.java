package io.lockstep.telemetry.config;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A YAML file as a tree in which each key knows its line. Values stay the text that stands there:
/// only the type that wants them knows whether `1.10` is a number.
final class Document {
  private static final int DEPTH_MAX = 50;
  private static final Pattern PLACE = Pattern.compile("line ([0-9]{1,9}), column ([0-9]{1,9})");
  private final Path file;
  private final Map<String, String> places = new HashMap<>();
  private final ObjectNode root;

  private Document(Path file, YAMLParser parser) throws IOException, ConfigException {
    this.file = file;
    this.root = read(parser);
  }

  static Document read(Path file) throws ConfigException {
    try (YAMLParser parser = new YAMLFactory().createParser(Files.readString(file))) {
      return new Document(file, parser);
    } catch (JacksonException e) {
      throw notYaml(file, e);
    } catch (NoSuchFileException _) {
      throw new ConfigException(file + ": no such file");
    } catch (IOException e) {
      throw new ConfigException(FileProblem.words(file, e));
    }
  }

  /// The parser tells the context first, and then the problem, each with its place.
  private static ConfigException notYaml(Path file, JacksonException e) {
    String place = place(e.getLocation());
    String reason = "";
    for (String line : e.getOriginalMessage().split("\n", -1)) {
      Matcher at = PLACE.matcher(line);
      if (at.find()) {
        place = at.group(1) + ":" + at.group(2);
      } else if (!line.startsWith(" ") && !line.isBlank()) {
        reason = line.strip();
      }
    }
    return new ConfigException(file + ":" + place + ": not YAML: " + reason);
  }

  ObjectNode root() {
    return root;
  }

  /// Where the key, or the nearest one above it, stands: `file:3:5`, line and column; the file
  /// alone when the key does not come from it.
  String place(String path) {
    for (String at = path; !at.isEmpty(); at = KeyPath.parent(at)) {
      String place = places.get(at);
      if (place != null) {
        return file + ":" + place;
      }
    }
    return file.toString();
  }

  private ObjectNode read(YAMLParser parser) throws IOException, ConfigException {
    JsonToken first = parser.nextToken();
    if (first == null || first == JsonToken.VALUE_NULL) {
      return JsonNodeFactory.instance.objectNode();
    }
    if (!(value(parser, "", 0) instanceof ObjectNode map)) {
      throw new ConfigException(file + ":1:1: must be a map of keys");
    }
    if (parser.nextToken() != null) {
      throw new ConfigException(file + at(parser) + "must hold one document");
    }
    return map;
  }

  private JsonNode value(YAMLParser parser, String path, int depth)
      throws IOException, ConfigException {
    if (parser.isCurrentAlias() || depth > DEPTH_MAX) {
      String what = depth > DEPTH_MAX ? "nested too deep" : "aliases are not supported";
      throw new ConfigException(file + at(parser) + path + ": " + what);
    }
    JsonToken token = parser.currentToken();
    if (token == JsonToken.START_OBJECT) {
      return map(parser, path, depth);
    }
    if (token == JsonToken.START_ARRAY) {
      return list(parser, path, depth);
    }
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    return token == JsonToken.VALUE_NULL ? nodes.nullNode() : nodes.textNode(parser.getText());
  }

  private JsonNode map(YAMLParser parser, String path, int depth)
      throws IOException, ConfigException {
    ObjectNode map = JsonNodeFactory.instance.objectNode();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      String child = KeyPath.child(path, key);
      if (map.has(key)) {
        throw new ConfigException(file + at(parser) + child + " stands twice");
      }
      places.put(child, place(parser.currentTokenLocation()));
      parser.nextToken();
      map.set(key, value(parser, child, depth + 1));
    }
    return map;
  }

  private JsonNode list(YAMLParser parser, String path, int depth)
      throws IOException, ConfigException {
    var list = JsonNodeFactory.instance.arrayNode();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      String child = KeyPath.item(path, list.size());
      places.put(child, place(parser.currentTokenLocation()));
      list.add(value(parser, child, depth + 1));
    }
    return list;
  }

  private static String at(YAMLParser parser) {
    return ":" + place(parser.currentTokenLocation()) + ": ";
  }

  private static String place(JsonLocation location) {
    return location.getLineNr() + ":" + location.getColumnNr();
  }
}
