package io.lockstep.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The agent is small because of what it leaves out.
class ClassPathTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "io.vertx.core.Vertx",
        "io.netty.buffer.ByteBuf",
        "com.google.protobuf.Message",
        "kotlin.Unit",
        "okhttp3.OkHttpClient",
        "okio.Buffer"
      })
  void hasNo(String type) {
    String resource = type.replace('.', '/') + ".class";
    assertThat(ClassPathTest.class.getClassLoader().getResource(resource)).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"vertx", "netty", "protobuf-java", "kotlin", "okhttp", "okio"})
  void hasNoJarOf(String library) {
    List<String> jars =
        List.of(System.getProperty("java.class.path").split(java.io.File.pathSeparator));
    assertThat(jars).isNotEmpty().noneMatch(jar -> jar.contains("/" + library));
  }
}
