package dev.hostler.agent.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccountsTest {
  @TempDir Path etc;

  @BeforeEach
  void write() throws Exception {
    Files.writeString(
        etc.resolve("passwd"),
        "root:x:0:0:root:/root:/bin/sh\n# comment\n+nis\nbad:x:abc:1::/:/bin/sh\nbad2:x:1:abc::/:\n"
            + "app:x:1001:1002:App,,,:/srv:/bin/false\n");
    Files.writeString(
        etc.resolve("group"),
        "root:x:0:\nadm:x:4:syslog,app\ndocker:x:999:application\nssl:x:110:app\n");
  }

  @Test
  void namesHaveTheirGroups() throws Exception {
    Accounts accounts = new Accounts(etc);

    assertThat(accounts.resolve("app")).isEqualTo(new SandboxUser(1001, 1002, List.of(4L, 110L)));
    assertThat(accounts.resolve("root")).isEqualTo(SandboxUser.of(0, 0));
  }

  @Test
  void numbersNeedNoEntry() throws Exception {
    Accounts accounts = new Accounts(etc);

    assertThat(accounts.resolve("5000")).isEqualTo(SandboxUser.of(5000, 5000));
    assertThat(accounts.resolve("5000:6000")).isEqualTo(SandboxUser.of(5000, 6000));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"nobody", "bad", "bad2", "", "#", "4294967295", "9999999999", "1:2:3", "-1"})
  void unknownUsersAreRefused(String name) {
    assertThatThrownBy(() -> new Accounts(etc).resolve(name))
        .isInstanceOf(SandboxUnsupportedException.class)
        .hasMessageContaining("user");
  }

  @Test
  void numbersOutOfRangeAreRefused() {
    assertThatThrownBy(() -> SandboxUser.of(-1, 0)).hasMessageContaining("uid -1");
    assertThatThrownBy(() -> SandboxUser.of(0, 1L << 32)).hasMessageContaining("gid 4294967296");
    assertThatThrownBy(() -> new SandboxUser(0, 0, List.of(-5L))).hasMessageContaining("group -5");
  }
}
