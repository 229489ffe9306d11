package dev.hostler.controller.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.common.config.ConfigException;
import dev.hostler.common.config.ConfigReader;
import dev.hostler.controller.host.Host;
import dev.hostler.controller.host.HostFacts;
import dev.hostler.controller.target.CelSelectors;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessPolicyTest {
  private static final Host WEB = host("web1", "web");
  private static final Host DB = host("db1", "db");
  private static final AskedWork COMMAND = new AskedWork.Command();
  private static final AskedWork NGINX = new AskedWork.Action("nginx-proxy", "deploy");

  private final AccessPolicy policy =
      policy(
          """
          [[role]]
          name = "web"
          permissions = ["host.*", "bundle.push", "job.*"]
          selector = "labels.role == 'web'"
          bundles = ["nginx-*"]
          actions = ["deploy", "check*"]
          [[role]]
          name = "db"
          permissions = ["job.submit"]
          selector = "labels.role == 'db'"
          bundles = ["postgres"]
          commands = true
          [[role]]
          name = "shell"
          permissions = ["job.submit"]
          bundles = []
          commands = true
          [[role]]
          name = "shell"
          permissions = ["token.read"]
          """);

  private static Host host(String name, String role) {
    return new Host(
        UUID.randomUUID(), name, Instant.EPOCH, null, Map.of("role", role), HostFacts.NONE);
  }

  private static AccessConfig config(String toml) throws ConfigException {
    ConfigReader reader = ConfigReader.ofText("c.toml", toml, Path.of("/"), Map.of());
    AccessConfig config = AccessConfig.read(reader, new CelSelectors());
    reader.finish();
    return config;
  }

  private static AccessPolicy policy(String toml) {
    try {
      return new AccessPolicy(config(toml), new CelSelectors());
    } catch (ConfigException e) {
      throw new AssertionError(e.problems().toString(), e);
    }
  }

  private static Operator operator(String... roles) {
    return new Operator("ann", Set.of(roles));
  }

  private boolean runs(Operator operator, AskedWork work, Host... hosts) {
    try {
      policy.requireWork(operator, Permission.JOB_SUBMIT, work, () -> Arrays.asList(hosts), "run");
    } catch (AccessDeniedException e) {
      return false;
    }
    return true;
  }

  @Test
  void withoutARoleNothingIsAllowed() {
    for (Operator operator : List.of(operator(), operator("no-such-role"))) {
      assertThat(Permission.values()).noneMatch(one -> policy.allows(operator, one));
      assertThat(policy.sees(operator, Permission.HOST_READ).test(WEB)).isFalse();
      assertThat(policy.seesAll(operator, Permission.HOST_READ)).isFalse();
    }
    assertThatThrownBy(() ->
            policy.require(operator(), Permission.CA_ROTATE, "call CertificateService/Rotate"))
        .hasMessage(
            "operator ann (no role) may not call CertificateService/Rotate: needs the permission"
                + " ca.rotate, which role admin has; ask for a certificate with such a role (SAN"
                + " URI hostler://role/ROLE), or for an [[operator]] or [[role]] table in"
                + " controller.toml");
  }

  @Test
  void onlyTheAdminDecidesWhoIsAnOperatorAndHasEverything() {
    assertThat(Permission.values()).allMatch(one -> policy.allows(operator("admin"), one));
    for (String role : List.of("viewer", "operator", "deployer", "security")) {
      for (Permission one :
          List.of(Permission.TRUST_OPERATORS, Permission.OPERATOR_WRITE, Permission.CA_ROTATE)) {
        assertThat(policy.allows(operator(role), one)).as(role + one).isFalse();
      }
    }
  }

  @Test
  void aDeployerRunsActionsButNoCommandsAndSeesBoth() {
    assertThat(runs(operator("deployer"), NGINX, WEB, DB)).isTrue();
    assertThat(runs(operator("deployer"), COMMAND, WEB)).isFalse();
    assertThat(runs(operator("operator"), COMMAND, WEB)).isTrue();
    assertThat(
            policy.allowsWork(
                operator("deployer"), Permission.JOB_READ, COMMAND, () -> List.of(WEB)))
        .isTrue();
  }

  @Test
  void aRoleReachesItsHostsBundlesAndActionsOnly() {
    assertThat(runs(operator("web"), NGINX, WEB)).isTrue();
    assertThat(runs(operator("web"), new AskedWork.Action("nginx-", "check-all"), WEB)).isTrue();
    assertThat(runs(operator("web"), NGINX, WEB, DB)).isFalse();
    assertThat(runs(operator("web"), new AskedWork.Action("nginx-proxy", "purge"), WEB)).isFalse();
    assertThat(runs(operator("web"), new AskedWork.Action("postgres", "deploy"), WEB)).isFalse();
    assertThat(runs(operator("web"), COMMAND, WEB)).isFalse();
    assertThatThrownBy(() ->
            policy.requireWork(
                operator("web"), Permission.JOB_SUBMIT, NGINX, () -> List.of(DB, WEB), "run"))
        .hasMessageStartingWith(
            "operator ann (role web) may not run nginx-proxy deploy on host db1: the permission"
                + " job.submit for it reaches only hosts with labels.role == 'web'; leave these"
                + " hosts out, or ask for");
    assertThatThrownBy(() ->
            policy.requireWork(
                operator("web"), Permission.JOB_SUBMIT, COMMAND, () -> List.of(WEB), "run"))
        .hasMessageStartingWith(
            "operator ann (role web) may not run commands: the permission job.submit reaches only"
                + " actions deploy, check* of bundles nginx-*, no commands; ask for");
  }

  @Test
  void whatOneRoleAllowsForABundleAnotherDoesNotCarryToItsHosts() {
    Operator both = operator("web", "db");
    assertThat(runs(both, NGINX, WEB)).isTrue();
    assertThat(runs(both, NGINX, DB)).isFalse();
    assertThat(runs(both, NGINX, WEB, DB)).isFalse();
    assertThat(runs(both, COMMAND, DB)).isTrue();
    assertThat(runs(both, COMMAND, WEB)).isFalse();
  }

  @Test
  void tablesOfOneNameAddUp() {
    assertThat(policy.allows(operator("shell"), Permission.TOKEN_READ)).isTrue();
    assertThat(runs(operator("shell"), COMMAND, WEB)).isTrue();
    assertThat(runs(operator("shell"), NGINX, WEB)).isFalse();
  }

  @Test
  void hostsAreNotLookedAtWhenEveryHostIsReached() {
    Supplier<List<Host>> never =
        () -> {
          throw new AssertionError("looked");
        };
    assertThatCode(() ->
            policy.requireWork(operator("operator"), Permission.JOB_SUBMIT, COMMAND, never, "run"))
        .doesNotThrowAnyException();
    assertThat(policy.allowsWork(operator("web"), Permission.JOB_READ, COMMAND, never)).isFalse();
  }

  @Test
  void hostsAndBundlesAreNarrowedToo() {
    assertThat(policy.sees(operator("web"), Permission.HOST_READ)).accepts(WEB).rejects(DB);
    assertThatCode(() -> policy.requireHost(operator("web"), Permission.HOST_LABEL, WEB, "label"))
        .doesNotThrowAnyException();
    assertThatThrownBy(
            () -> policy.requireHost(operator("web"), Permission.HOST_LABEL, DB, "label"))
        .hasMessageStartingWith(
            "operator ann (role web) may not label host db1: the permission host.label reaches only"
                + " hosts with labels.role == 'web'; ");
    assertThatThrownBy(
            () -> policy.requireBundle(operator("web"), Permission.BUNDLE_PUSH, "postgres", "push"))
        .hasMessageStartingWith(
            "operator ann (role web) may not push bundle postgres: the permission bundle.push"
                + " reaches only bundles nginx-*; ");
    assertThatCode(
            () -> policy.requireBundle(operator("web"), Permission.BUNDLE_PUSH, "nginx-x", "push"))
        .doesNotThrowAnyException();
  }

  @Test
  void everyProblemOfTheConfigurationIsSaidAtOnce() {
    ConfigException e =
        org.assertj.core.api.Assertions.catchThrowableOfType(
            ConfigException.class,
            () ->
                config(
                    """
                    [[role]]
                    name = "admin"
                    permissions = ["job.submit", "jop.*"]
                    selector = "labels.role ="
                    [[role]]
                    name = "Web"
                    selektor = "all"
                    [[role]]
                    permissions = ["audit.read"]
                    bundles = ["x", ""]
                    commands = true
                    selector = "connected"
                    [[operator]]
                    name = "ann"
                    roles = ["viewr"]
                    [[operator]]
                    name = "ann"
                    """));
    assertThat(String.join("\n", e.problems()))
        .contains(
            "role[1].name: \"admin\" is a built-in role; choose another name",
            "c.toml:3:1: role[1].permissions: \"jop.*\" is no permission; there are"
                + " controller.read,",
            "c.toml:4:1: role[1].selector: ",
            "role[2].name: use at most 64 lower-case letters",
            "role[2].selektor: unknown key; did you mean selector?",
            "role[2].permissions: missing; name at least one",
            "role[3].name: missing",
            "role[3].bundles: a pattern is empty",
            "role[3].bundles: they narrow none",
            "role[3].commands: the role has no permission for jobs",
            "role[3].selector: it narrows none",
            "operator[1].roles: there is no role \"viewr\"; there are Web, admin, deployer,",
            "operator[2].roles: missing; name the operator's roles",
            "operator[2].name: \"ann\" stands here twice");
  }

  @Test
  void aTableInPlaceOfAListIsSaidSo() {
    assertThatThrownBy(() -> config("[role]\nname = 'x'\n"))
        .hasMessageContaining("role: must be a list of tables; write [[role]]");
  }

  @ParameterizedTest
  @CsvSource({
    "*,'',true",
    "*,abc,true",
    "abc,abc,true",
    "abc,abcd,false",
    "a*,a,true",
    "a*,ba,false",
    "*c,abc,true",
    "*c,abcd,false",
    "a*c,ac,true",
    "a*c,abcc,true",
    "a*c,a,false",
    "ab*ba,aba,false",
    "a*b*c,a-b-c,true",
    "a*b*c,acb,false",
    "a.c,abc,false",
    "'',x,false"
  })
  void patterns(String glob, String name, boolean matches) {
    assertThat(new Glob(glob).matches(name)).isEqualTo(matches);
  }
}
