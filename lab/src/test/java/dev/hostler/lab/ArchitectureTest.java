package dev.hostler.lab;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Holds the arrows of docs/architecture.md. */
class ArchitectureTest {
  private static final JavaClasses MAIN =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.hostler");

  private static void holds(ArchRule rule) {
    rule.allowEmptyShould(true).check(MAIN);
  }

  @Test
  void modulesPointDownwards() {
    holds(
        noClasses()
            .that()
            .resideInAPackage("dev.hostler.common..")
            .should()
            .dependOnClassesThat(
                resideInAPackage("dev.hostler..")
                    .and(DescribedPredicate.not(resideInAPackage("dev.hostler.common..")))));
    holds(
        noClasses()
            .that()
            .resideInAPackage("dev.hostler.trust..")
            .should()
            .dependOnClassesThat(
                resideInAPackage("dev.hostler..")
                    .and(
                        DescribedPredicate.not(
                            resideInAnyPackage("dev.hostler.common..", "dev.hostler.trust..")))));
    for (String program : Set.of("controller", "agent", "cli")) {
      holds(
          noClasses()
              .that()
              .resideInAPackage("dev.hostler." + program + "..")
              .should()
              .dependOnClassesThat(
                  resideInAnyPackage(
                          "dev.hostler.controller..",
                          "dev.hostler.agent..",
                          "dev.hostler.cli..",
                          "dev.hostler.lab..")
                      .and(
                          DescribedPredicate.not(
                              resideInAPackage("dev.hostler." + program + "..")))));
    }
  }

  @Test
  void featuresDoNotFormCycles() {
    for (String module : Set.of("common", "trust", "controller", "agent", "cli")) {
      slices()
          .matching("dev.hostler." + module + ".(*)..")
          .should()
          .beFreeOfCycles()
          .allowEmptyShould(true)
          .check(MAIN);
    }
  }

  @Test
  void controllerLayersPointDownwards() {
    String[] order = {"db", "host", "target", "bundle", "job", "schedule", "link", "api"};
    for (int low = 0; low < order.length; low++) {
      for (int high = low + 1; high < order.length; high++) {
        if (order[low].equals("target") && order[high].equals("bundle")
            || order[low].equals("schedule") && order[high].equals("link")) {
          continue; // beside each other
        }
        holds(
            noClasses()
                .that()
                .resideInAPackage("dev.hostler.controller." + order[low] + "..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.hostler.controller." + order[high] + ".."));
      }
    }
  }

  @Test
  void agentLayersPointDownwards() {
    String[] order = {"output", "bundle", "sandbox", "run", "work", "link"};
    for (int low = 0; low < order.length; low++) {
      for (int high = low + 1; high < order.length; high++) {
        if (high <= 2) {
          continue; // beside each other
        }
        holds(
            noClasses()
                .that()
                .resideInAPackage("dev.hostler.agent." + order[low] + "..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.hostler.agent." + order[high] + ".."));
      }
    }
  }

  @Test
  void generatedTypesStayAtTheEdges() {
    holds(
        noClasses()
            .that(
                resideInAPackage("dev.hostler..")
                    .and(
                        DescribedPredicate.not(
                            resideInAnyPackage(
                                "dev.hostler.proto..",
                                "dev.hostler.controller.api..",
                                "dev.hostler.controller.link..",
                                "dev.hostler.agent.link..",
                                "dev.hostler.cli..",
                                "dev.hostler.lab.."))))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.hostler.proto.."));
  }

  @Test
  void theDomainImportsNoGrpc() {
    holds(
        noClasses()
            .that()
            .resideInAnyPackage(
                "dev.hostler.controller.job..",
                "dev.hostler.controller.schedule..",
                "dev.hostler.controller.bundle..",
                "dev.hostler.controller.output..",
                "dev.hostler.controller.target..",
                "dev.hostler.controller.host..",
                "dev.hostler.agent.work..",
                "dev.hostler.agent.run..",
                "dev.hostler.agent.sandbox..",
                "dev.hostler.agent.output..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.grpc..", "com.linecorp.armeria.."));
  }

  @Test
  void sqlStaysInStores() {
    holds(
        noClasses()
            .that()
            .resideOutsideOfPackage("dev.hostler.controller.db..")
            .and()
            .haveNameNotMatching(".*Store(\\$.*)?")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "java.sql..", "javax.sql..", "org.postgresql..", "com.zaxxer.hikari.."));
  }

  @Test
  void clocksAndSleepsStayInTime() {
    Set<String> forbidden =
        Set.of(
            "java.time.Instant.now",
            "java.time.LocalDate.now",
            "java.time.LocalDateTime.now",
            "java.time.OffsetDateTime.now",
            "java.time.ZonedDateTime.now",
            "java.time.Clock.systemUTC",
            "java.time.Clock.systemDefaultZone",
            "java.time.InstantSource.system",
            "java.lang.System.currentTimeMillis",
            "java.lang.System.nanoTime",
            "java.lang.Thread.sleep");
    DescribedPredicate<JavaCall<?>> readsAClock =
        DescribedPredicate.describe(
            "read a clock or sleep",
            call ->
                forbidden.contains(
                    call.getTarget().getOwner().getName() + "." + call.getTarget().getName()));
    holds(
        noClasses()
            .that(
                resideInAPackage("dev.hostler..")
                    .and(
                        DescribedPredicate.not(
                            resideInAnyPackage(
                                "dev.hostler.common.time..",
                                "dev.hostler.lab..",
                                "dev.hostler.proto.."))))
            .should()
            .callCodeUnitWhere(readsAClock));
  }
}
