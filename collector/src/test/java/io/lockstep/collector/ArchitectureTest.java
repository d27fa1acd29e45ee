package io.lockstep.collector;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import java.time.Clock;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

/// The collector's packages are the steps of the way of the data, and its middle is pure.
class ArchitectureTest {
  private static final String ROOT = "io.lockstep.collector.";

  /// A package may use those before it.
  private static final List<String> FLOW =
      List.of(
          "config", "receive", "window", "detect", "alert", "decide", "state", "store", "act",
          "notify", "http");

  private static final String[] PURE =
      List.of("window", "detect", "alert", "decide").stream()
          .map(name -> ROOT + name + "..")
          .toArray(String[]::new);

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.lockstep.collector");

  @Test
  void everyPackageHasItsPlaceInTheFlow() {
    for (JavaClass one : CLASSES) {
      String name = one.getPackageName();
      if (!name.equals("io.lockstep.collector")) {
        assertThat(FLOW).as(name).anyMatch(step -> (name + ".").startsWith(ROOT + step + "."));
      }
    }
  }

  @Test
  void aPackageUsesOnlyThoseToItsLeft() {
    for (int left = 0; left < FLOW.size(); left++) {
      String[] right =
          FLOW.subList(left + 1, FLOW.size()).stream()
              .map(name -> ROOT + name + "..")
              .toArray(String[]::new);
      if (right.length > 0) {
        noClasses()
            .that()
            .resideInAPackage(ROOT + FLOW.get(left) + "..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(right)
            .allowEmptyShould(true)
            .check(CLASSES);
      }
    }
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("io.lockstep.collector.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void theMiddleIsPlainJava() {
    ArchRuleDefinition.classes()
        .that()
        .resideInAnyPackage(PURE)
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(PURE)
                .or(
                    resideInAnyPackage(
                        "io.lockstep.telemetry..",
                        "org.jspecify..",
                        "java.lang..",
                        "java.util..",
                        "java.time..",
                        // A hash of text is arithmetic.
                        "java.security..",
                        "java.nio.charset..")))
        .check(CLASSES);
  }

  @Test
  void theMiddleHasNoClockAndNoThread() {
    Set<String> clocks = Set.of("now", "currentTimeMillis", "nanoTime", "systemUTC");
    noClasses()
        .that()
        .resideInAnyPackage(PURE)
        .should()
        .callMethodWhere(
            new DescribedPredicate<JavaCall<?>>("reads a clock") {
              @Override
              public boolean test(JavaCall<?> call) {
                String owner = call.getTargetOwner().getPackageName();
                return (owner.equals("java.time") || owner.equals("java.lang"))
                    && clocks.contains(call.getName());
              }
            })
        .check(CLASSES);
    noClasses()
        .that()
        .resideInAnyPackage(PURE)
        .should()
        .dependOnClassesThat(
            JavaClass.Predicates.assignableTo(Thread.class)
                .or(JavaClass.Predicates.assignableTo(Executor.class))
                .or(JavaClass.Predicates.assignableTo(Clock.class))
                .or(JavaClass.Predicates.assignableTo(InstantSource.class)))
        .check(CLASSES);
  }

  @Test
  void vertxStaysAtTheEdges() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "io.lockstep.collector",
            ROOT + "receive..",
            ROOT + "act..",
            ROOT + "notify..",
            ROOT + "http..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.vertx..", "io.netty..")
        .check(CLASSES);
  }
}
