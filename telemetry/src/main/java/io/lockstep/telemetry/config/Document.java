package io.lockstep.telemetry.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.MappingStartEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.events.SequenceStartEvent;
import org.yaml.snakeyaml.parser.Parser;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.ReaderException;
import org.yaml.snakeyaml.reader.StreamReader;

/// A YAML file as a tree in which each key knows its line. Values stay the text that stands there:
/// only the type that wants them knows whether `1.10` is a number. YAML's own parser gives its
/// events; what makes objects of them is not needed.
final class Document {
  private static final int DEPTH_MAX = 50;

  /// A thousand times what one has; a reload must not take the memory of what runs.
  private static final long BYTES_MAX = 1 << 20;

  private final Path file;
  private final Map<String, Mark> places = new HashMap<>();
  private final List<Mistake> mistakes = new ArrayList<>();
  private final Node.Section root;
  private boolean blank;

  private Document(Path file, Parser parser) throws ConfigException {
    this.file = file;
    this.root = read(parser);
  }

  static Document read(Path file) throws ConfigException {
    try {
      if (Files.size(file) > BYTES_MAX) {
        throw new ConfigException(file + ": a configuration must not be above 1 MiB");
      }
      String text = Files.readString(file);
      try {
        return new Document(file, new ParserImpl(new StreamReader(text), new LoaderOptions()));
      } catch (YAMLException e) {
        throw notYaml(file, text, e);
      }
    } catch (NoSuchFileException _) {
      throw new ConfigException(file + ": no such file");
    } catch (IOException e) {
      throw new ConfigException(FileProblem.words(file, e));
    }
  }

  private static ConfigException notYaml(Path file, String text, YAMLException e) {
    return switch (e) {
      case MarkedYAMLException marked -> notYaml(file, at(marked), marked.getProblem());
      case ReaderException odd ->
          notYaml(
              file,
              at(text, odd.getPosition()),
              "character U+%04X is not allowed".formatted(odd.getCodePoint()));
      default -> notYaml(file, "1:1", String.valueOf(e.getMessage()));
    };
  }

  private static ConfigException notYaml(Path file, String place, @Nullable String reason) {
    String first = Optional.ofNullable(reason).flatMap(all -> all.lines().findFirst()).orElse("");
    return new ConfigException(file + ":" + place + ": not YAML: " + first.strip());
  }

  private static String at(MarkedYAMLException e) {
    Mark mark = e.getProblemMark() == null ? e.getContextMark() : e.getProblemMark();
    return mark == null ? "1:1" : place(mark);
  }

  /// @param position counted in code points
  private static String at(String text, int position) {
    String before = text.substring(0, text.offsetByCodePoints(0, position));
    int lineStart = before.lastIndexOf('\n') + 1;
    return before.lines().count()
        + (before.endsWith("\n") || before.isEmpty() ? 1 : 0)
        + ":"
        + (before.codePointCount(lineStart, before.length()) + 1);
  }

  Node.Section root() {
    return root;
  }

  /// Whether nothing stands there but space and remarks; `{}` is something.
  boolean blank() {
    return blank;
  }

  /// What the file says twice; grows no more.
  List<Mistake> mistakes() {
    return mistakes;
  }

  /// Where the key, or the nearest one above it, stands: `file:3:5`, line and column; the file
  /// alone when the key does not come from it.
  String place(String path) {
    Mark mark = mark(path);
    return mark == null ? file.toString() : file + ":" + place(mark);
  }

  /// Where that is, in characters from the file's begin; -1 when the key does not come from it.
  int index(String path) {
    Mark mark = mark(path);
    return mark == null ? -1 : mark.getIndex();
  }

  private @Nullable Mark mark(String path) {
    for (String at = path; !at.isEmpty(); at = KeyPath.parent(at)) {
      Mark mark = places.get(at);
      if (mark != null) {
        return mark;
      }
    }
    return null;
  }

  private Node.Section read(Parser parser) throws ConfigException {
    parser.getEvent(); // the stream begins
    if (parser.checkEvent(Event.ID.StreamEnd)) {
      blank = true;
      return new Node.Section();
    }
    parser.getEvent(); // the document begins
    Event first = parser.peekEvent();
    Node read = value(parser, "", 0);
    parser.getEvent(); // the document ends
    if (!parser.checkEvent(Event.ID.StreamEnd)) {
      throw new ConfigException(file + at(parser.peekEvent()) + "must hold one document");
    }
    return switch (read) {
      case Node.Section map -> map;
      case Node.Nothing _ -> {
        blank = true;
        yield new Node.Section();
      }
      default -> throw new ConfigException(file + at(first) + "must be a map of keys");
    };
  }

  private Node value(Parser parser, String path, int depth) throws ConfigException {
    Event event = parser.getEvent();
    if (event instanceof AliasEvent || depth > DEPTH_MAX) {
      String what = depth > DEPTH_MAX ? "nested too deep" : "aliases are not supported";
      throw new ConfigException(file + at(event) + path + ": " + what);
    }
    return switch (event) {
      case MappingStartEvent _ -> map(parser, path, depth);
      case SequenceStartEvent _ -> list(parser, path, depth);
      case ScalarEvent scalar ->
          isNothing(scalar) ? Node.NOTHING : new Node.Text(scalar.getValue());
      default -> throw new IllegalStateException("no value begins with " + event);
    };
  }

  /// https://yaml.org/type/null.html
  private static boolean isNothing(ScalarEvent scalar) {
    return switch (scalar.getValue()) {
      case "", "~", "null", "Null", "NULL" ->
          scalar.isPlain() && scalar.getImplicit().canOmitTagInPlainScalar();
      default -> false;
    };
  }

  private Node map(Parser parser, String path, int depth) throws ConfigException {
    var map = new Node.Section();
    while (!parser.checkEvent(Event.ID.MappingEnd)) {
      Event event = parser.getEvent();
      if (!(event instanceof ScalarEvent key)) {
        throw new ConfigException(file + at(event) + "a key must be text");
      }
      String child = KeyPath.child(path, key.getValue());
      if (map.get(key.getValue()) != null) {
        int index = event.getStartMark().getIndex();
        mistakes.add(new Mistake(index, file + at(event) + child + " stands twice"));
      }
      places.put(child, event.getStartMark());
      map.keys().put(key.getValue(), value(parser, child, depth + 1));
    }
    parser.getEvent();
    return map;
  }

  private Node list(Parser parser, String path, int depth) throws ConfigException {
    var list = new Node.Items();
    while (!parser.checkEvent(Event.ID.SequenceEnd)) {
      String child = KeyPath.item(path, list.items().size());
      places.put(child, parser.peekEvent().getStartMark());
      list.items().add(value(parser, child, depth + 1));
    }
    parser.getEvent();
    return list;
  }

  private static String at(Event event) {
    return ":" + place(event.getStartMark()) + ": ";
  }

  private static String place(Mark mark) {
    return (mark.getLine() + 1) + ":" + (mark.getColumn() + 1);
  }
}
