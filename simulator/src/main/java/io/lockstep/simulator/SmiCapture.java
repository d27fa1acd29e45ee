package io.lockstep.simulator;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/// What `nvidia-smi` printed on a real server, so that [NvmlStandIn] can answer as its GPUs did:
/// from its XML (`nvidia-smi -q -x`, schemas 9 to 13), or from a file with the tables of
/// `nvidia-smi --query-gpu`. Values stand under the names of `--query-gpu`, as they were printed.
///
/// @param driver its version; empty where it is not told
/// @param gpus values of each GPU, in order; what is not available is not there
public record SmiCapture(String driver, List<Map<String, String>> gpus) {
  public SmiCapture {
    gpus = gpus.stream().map(Map::copyOf).toList();
  }

  /// Every capture in a file: one of XML, one for each table.
  public static List<SmiCapture> read(Path file) throws IOException {
    String text = Files.readString(file, java.nio.charset.StandardCharsets.UTF_8);
    return text.stripLeading().startsWith("<") ? List.of(ofXml(text)) : ofTables(text);
  }

  private static List<SmiCapture> ofTables(String text) {
    var captures = new ArrayList<SmiCapture>();
    List<String> lines = text.lines().toList();
    for (int i = 0; i < lines.size() - 1; i++) {
      if (lines.get(i).startsWith("timestamp, driver_version, ")) {
        var gpus = new ArrayList<Map<String, String>>();
        String[] names = lines.get(i).replaceAll(" \\[[^]]*]", "").split(", ", -1);
        for (int row = i + 1; row < lines.size() && lines.get(row).startsWith("2"); row++) {
          gpus.add(row(names, lines.get(row)));
        }
        if (!gpus.isEmpty()) {
          captures.add(new SmiCapture(gpus.getFirst().getOrDefault("driver_version", ""), gpus));
        }
      }
    }
    return captures;
  }

  private static Map<String, String> row(String[] names, String line) {
    var values = new LinkedHashMap<String, String>();
    String[] cells = line.split(",", -1);
    for (int i = 0; i < Math.min(names.length, cells.length); i++) {
      put(values, names[i].strip(), cells[i]);
    }
    return values;
  }

  private static void put(Map<String, String> values, String name, String printed) {
    String value = printed.strip();
    boolean told =
        !value.isEmpty()
            && !value.equals("N/A")
            && !value.equals("[N/A]")
            && !value.contains("deprecated")
            && !value.contains("Not Supported")
            && !value.contains("Error")
            && !value.contains("is lost");
    if (told) {
      values.put(name, value);
    }
  }

  private static SmiCapture ofXml(String text) throws IOException {
    Element root = parse(text).getDocumentElement();
    var gpus = new ArrayList<Map<String, String>>();
    for (Node child = root.getFirstChild(); child != null; child = child.getNextSibling()) {
      if (child.getNodeName().equals("gpu")) {
        gpus.add(gpu((Element) child));
      }
    }
    NodeList driver = root.getElementsByTagName("driver_version");
    return new SmiCapture(
        driver.getLength() == 0 ? "" : driver.item(0).getTextContent().strip(), gpus);
  }

  private static Document parse(String text) throws IOException {
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
      factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
      factory.setFeature("http://xml.org/sax/features/external-general-entities", false);
      return factory.newDocumentBuilder().parse(new InputSource(new StringReader(text)));
    } catch (ParserConfigurationException | SAXException e) {
      throw new IOException("not nvidia-smi's XML: " + e.getMessage(), e);
    }
  }

  private static Map<String, String> gpu(Element gpu) {
    Map<String, String> paths = new TreeMap<>();
    leaves(gpu, "", paths);
    var values = new LinkedHashMap<String, String>();
    SmiNames.XML.forEach((path, name) -> put(values, name, paths.getOrDefault(path, "")));
    reasons(paths, values);
    return values;
  }

  private static void leaves(Node node, String path, Map<String, String> paths) {
    boolean leaf = true;
    for (Node child = node.getFirstChild(); child != null; child = child.getNextSibling()) {
      if (child instanceof Element) {
        leaf = false;
        leaves(
            child, path.isEmpty() ? child.getNodeName() : path + "/" + child.getNodeName(), paths);
      }
    }
    if (leaf) {
      paths.putIfAbsent(path, node.getTextContent().strip());
    }
  }

  /// The XML has each reason for itself.
  private static void reasons(Map<String, String> paths, Map<String, String> values) {
    long bits = 0;
    boolean told = false;
    for (Map.Entry<String, Integer> reason : SmiNames.REASONS.entrySet()) {
      for (String word : List.of("event", "throttle")) {
        String said =
            paths.get("clocks_" + word + "_reasons/clocks_" + word + "_reason_" + reason.getKey());
        told |= "Active".equals(said) || "Not Active".equals(said);
        bits |= "Active".equals(said) ? reason.getValue() : 0;
      }
    }
    if (told) {
      values.put("clocks_event_reasons.active", "0x" + Long.toHexString(bits));
    }
  }
}
