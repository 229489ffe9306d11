package dev.hostler.controller.api;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.common.time.TimeSource;
import dev.hostler.controller.access.AccessConfig;
import dev.hostler.controller.access.AccessPolicy;
import dev.hostler.controller.access.Operator;
import dev.hostler.controller.audit.AuditStore;
import dev.hostler.controller.db.TestDatabase;
import dev.hostler.controller.host.HostConnections;
import dev.hostler.controller.host.HostService;
import dev.hostler.controller.host.HostStore;
import dev.hostler.controller.job.Work;
import dev.hostler.controller.target.CelSelectors;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class JobAccessTest {
  @RegisterExtension static final TestDatabase DB = new TestDatabase();
  private static final Work COMMAND = new Work.Command(List.of("id"));

  private static void submit(String callerRole, String signer, String... signerRoles) {
    AccessConfig config = new AccessConfig(List.of(), Map.of("eve", Set.of("viewer")));
    HostConnections nobody =
        new HostConnections() {
          @Override
          public java.util.Collection<UUID> connected() {
            return java.util.List.of();
          }

          @Override
          public boolean isConnected(UUID hostId) {
            return false;
          }

          @Override
          public void disconnect(UUID hostId) {}
        };
    TimeSource time = TimeSource.system();
    new JobAccess(
            new AccessPolicy(config, new CelSelectors()),
            new HostService(DB.database(), new HostStore(), new AuditStore(time), nobody, time),
            () -> new Operator("ann", Set.of(callerRole)),
            config::operator)
        .check(
            new dev.hostler.trust.job.Operator(signer, new TreeSet<>(List.of(signerRoles))),
            COMMAND,
            List.of(UUID.randomUUID()));
  }

  @Test
  void whoHandsItInAndWhoSignedItMustBothBeAllowed() {
    assertThatCode(() -> submit("operator", "bob", "operator")).doesNotThrowAnyException();
    assertThatThrownBy(() -> submit("deployer", "bob", "operator"))
        .hasMessageStartingWith("operator ann (role deployer) may not run commands");
    assertThatThrownBy(() -> submit("operator", "bob", "deployer"))
        .hasMessageStartingWith("operator bob (role deployer) may not run commands");
    assertThatThrownBy(() -> submit("operator", "bob"))
        .hasMessageStartingWith(
            "operator bob (no role) may not run: needs the permission job.submit");
    assertThatThrownBy(() -> submit("operator", "eve", "admin"))
        .hasMessageStartingWith(
            "operator eve (role viewer) may not run: needs the permission job.submit");
  }
}
