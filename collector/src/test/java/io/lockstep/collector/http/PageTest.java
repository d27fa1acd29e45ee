package io.lockstep.collector.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What the page's files must not do, and how they are served.
final class PageTest {
  private static Path folder() {
    try {
      var index = PageTest.class.getResource("index.html");
      Path file = Path.of(Objects.requireNonNull(index).toURI());
      return Objects.requireNonNull(file.getParent());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  static Stream<String> files() throws IOException {
    try (Stream<Path> all = Files.list(folder())) {
      List<String> names =
          all.map(path -> path.getFileName().toString())
              .filter(name -> name.matches(".*\\.(html|css|js|svg)"))
              .toList();
      return names.stream();
    }
  }

  @Test
  void everyFileIsServedAndNoOther() throws IOException {
    assertThat(files()).containsExactlyInAnyOrderElementsOf(StaticFiles.NAMES);
  }

  @ParameterizedTest
  @MethodSource("files")
  void noFileLoadsAnythingFromElsewhere(String name) throws IOException {
    String text = Files.readString(folder().resolve(name));
    String own =
        text.replace("http://www.w3.org/2000/svg", "").replace("http://${location.hostname}", "");
    assertThat(own).doesNotContain("http:", "https:", "url(", "@import", "sendBeacon", "//cdn");
  }

  @ParameterizedTest
  @MethodSource("files")
  void noFileTurnsTextIntoMarkupOrCode(String name) throws IOException {
    String text = Files.readString(folder().resolve(name));
    assertThat(text)
        .doesNotContain(
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "DOMParser",
            "createContextualFragment",
            "srcdoc",
            "eval(",
            "new Function",
            "javascript:",
            "localStorage",
            "document.cookie");
    assertThat(
            Pattern.compile("\\sstyle=|\\son[a-z]+=").matcher(text).find() && name.endsWith("html"))
        .as("inline style or handler in %s", name)
        .isFalse();
  }

  @ParameterizedTest
  @MethodSource("files")
  void modulesImportOnlyWhatIsThere(String name) throws IOException {
    var imports =
        Pattern.compile("from '([^']*)'").matcher(Files.readString(folder().resolve(name)));
    while (imports.find()) {
      assertThat(imports.group(1)).startsWith("./");
      assertThat(StaticFiles.NAMES).contains(imports.group(1).substring(2));
    }
  }

  @Test
  void filesAreSentOnceAndThenOnlyConfirmed() throws Exception {
    try (var server = Running.open(new MadeUpViews("alpha", 1, false, Instant.now()))) {
      HttpResponse<String> first = server.get("/static/page.js");
      assertThat(first.statusCode()).isEqualTo(200);
      assertThat(first.headers().firstValue("content-type"))
          .contains("text/javascript; charset=utf-8");
      assertThat(first.headers().firstValue("cache-control")).contains("no-cache");
      String tag = first.headers().firstValue("etag").orElseThrow();
      HttpResponse<String> second =
          server.send(server.request("/static/page.js").header("If-None-Match", tag));
      assertThat(second.statusCode()).isEqualTo(304);
      assertThat(second.body()).isEmpty();
      HttpResponse<String> other =
          server.send(server.request("/static/page.css").header("If-None-Match", tag));
      assertThat(other.statusCode()).isEqualTo(200);
    }
  }

  @Test
  void thePageStandsAtTheRoot() throws Exception {
    try (var server = Running.open(new MadeUpViews("alpha", 1, false, Instant.now()))) {
      HttpResponse<String> page = server.get("/");
      assertThat(page.headers().firstValue("content-type")).contains("text/html; charset=utf-8");
      assertThat(page.body()).contains("<title>Lockstep</title>");
    }
  }
}
