package io.lockstep.collector.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The page's files, read from the class path once and held in memory. They hold no data of any
/// cluster, so that they need no login.
final class StaticFiles {
  static final List<String> NAMES =
      List.of(
          "index.html",
          "page.css",
          "icon.svg",
          "api.js",
          "chart.js",
          "dom.js",
          "glyphs.js",
          "incidents.js",
          "jobs.js",
          "legend.js",
          "map.js",
          "model.js",
          "page.js",
          "places.js",
          "runbook.html",
          "runbook.js",
          "server.js",
          "stream.js",
          "words.js");

  private final Map<String, File> files = new LinkedHashMap<>();

  /// One file.
  ///
  /// @param tag its content's hash as an entity tag; weak, because it may go out compressed
  private record File(Buffer content, String type, String tag) {}

  StaticFiles() {
    NAMES.forEach(name -> files.put(name, read(name)));
  }

  private static File read(String name) {
    try (InputStream in = StaticFiles.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the page's file " + name + " is missing from the jar");
      }
      byte[] content = in.readAllBytes();
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(content);
      String tag = "W/\"" + HexFormat.of().formatHex(hash, 0, 12) + "\"";
      return new File(Buffer.buffer(content), type(name), tag);
    } catch (IOException | NoSuchAlgorithmException e) {
      throw new IllegalStateException("the page's file " + name + " can't be read", e);
    }
  }

  private static String type(String name) {
    return switch (name.substring(name.lastIndexOf('.') + 1)) {
      case "html" -> "text/html; charset=utf-8";
      case "css" -> "text/css; charset=utf-8";
      case "js" -> "text/javascript; charset=utf-8";
      case "svg" -> "image/svg+xml";
      default -> throw new IllegalStateException("no content type is known for " + name);
    };
  }

  /// Sends a file, or only word that the reader has it already.
  ///
  /// @return false when there is no such file
  boolean send(@Nullable String name, HttpServerRequest request) {
    File file = files.get(name);
    if (file == null) {
      return false;
    }
    HttpServerResponse response =
        request
            .response()
            .putHeader("Cache-Control", "no-cache")
            .putHeader("Vary", "Accept-Encoding")
            .putHeader("ETag", file.tag);
    String known = request.getHeader("If-None-Match");
    if (known != null && (known.contains(file.tag) || known.strip().equals("*"))) {
      response.setStatusCode(304).end();
    } else {
      response.putHeader("Content-Type", file.type).end(file.content);
    }
    return true;
  }
}
