package dev.hostler.controller.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.common.time.ManualTime;
import dev.hostler.controller.audit.AuditStore;
import dev.hostler.controller.db.TestDatabase;
import dev.hostler.controller.failure.RequestException;
import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ProfilesTest {
  @RegisterExtension static final TestDatabase DB = new TestDatabase();
  private static final String JSON = "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[]}";

  private final ManualTime clock = new ManualTime();
  private final AuditStore audit = new AuditStore(clock);
  private final Profiles profiles = new Profiles(DB.database(), audit, clock);

  @BeforeEach
  void empty() {
    DB.database().execute(tx -> tx.handle().execute("TRUNCATE profiles"));
  }

  private String newestAudit() {
    var row = DB.database().transact(tx -> audit.list(tx, OptionalLong.empty(), 1)).getFirst();
    return row.verb() + " " + row.actor() + " " + row.subject() + " " + row.details();
  }

  @Test
  void arePushedReplacedListedAndRemoved() {
    Profile first = profiles.push("ann", "no-network", " " + JSON + "\n");
    assertThat(first.json()).isEqualTo(JSON);
    assertThat(profiles.get("no-network")).isEqualTo(first);
    assertThat(newestAudit()).contains("profile.push", "ann", "profile:no-network", first.sha256());

    clock.advance(Duration.ofMinutes(1));
    String other = JSON.replace("ERRNO", "TRAP");
    Profile second = profiles.push("bob", "no-network", other);
    assertThat(second.sha256()).isNotEqualTo(first.sha256());
    profiles.push("bob", "a", other);
    assertThat(profiles.list()).extracting(Profile::name).containsExactly("a", "no-network");
    assertThat(profiles.get("no-network")).isEqualTo(second);

    assertThat(profiles.remove("eve", "no-network")).isEqualTo(second);
    assertThat(newestAudit()).contains("profile.remove", "eve", second.sha256());
    assertThat(profiles.list()).extracting(Profile::name).containsExactly("a");
  }

  @Test
  void badOnesAreRefusedAndChangeNothing() {
    assertThatThrownBy(() -> profiles.push("ann", "No", JSON))
        .isInstanceOf(RequestException.class)
        .hasMessageContaining("name: \"No\"");
    assertThatThrownBy(() -> profiles.push("ann", "a".repeat(65), JSON))
        .isInstanceOf(RequestException.class);
    assertThatThrownBy(() -> profiles.push("ann", "no", JSON.replace("ERRNO", "ALLOW")))
        .isInstanceOf(RequestException.class)
        .hasMessageContaining("json.defaultAction");
    assertThatThrownBy(() -> profiles.get("no")).hasMessageContaining("there is no such profile");
    assertThatThrownBy(() -> profiles.remove("ann", "no"))
        .hasMessageContaining("there is no such profile");
    assertThat(profiles.list()).isEmpty();
  }

  @Test
  void areNotTooMany() {
    DB.database()
        .execute(tx ->
            tx.handle()
                .execute(
                    "INSERT INTO profiles SELECT 'p' || n, '{}', sha256(''), now(), 'x'"
                        + " FROM generate_series(1, 1000) n"));
    assertThatThrownBy(() -> profiles.push("ann", "one-more", JSON))
        .hasMessageContaining("1000 profiles already");
    assertThat(profiles.push("ann", "p1", JSON).json()).isEqualTo(JSON);
    assertThat(profiles.list()).hasSize(1000);
  }
}
