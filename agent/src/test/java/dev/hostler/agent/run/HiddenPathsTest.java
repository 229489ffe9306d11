package dev.hostler.agent.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.agent.attempt.Assignment;
import dev.hostler.agent.attempt.AttemptResult;
import dev.hostler.agent.attempt.Refusal;
import dev.hostler.agent.attempt.Work;
import dev.hostler.agent.bundle.SignedBundle;
import dev.hostler.agent.sandbox.SandboxDefaults;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an action, and what the host's owner, keeps out of sight. */
class HiddenPathsTest extends RunOnHost {
  /** The owner hides the file alone; the rest is as ever. */
  @Override
  SandboxDefaults defaults() {
    SandboxDefaults usual = SandboxDefaults.of(state);
    return new SandboxDefaults(
        usual.state(),
        usual.user(),
        usual.limits(),
        usual.timing(),
        usual.output(),
        usual.tmpBytes(),
        usual.onDenied(),
        usual.seccomp(),
        usual.caps(),
        usual.recording(),
        List.of(alone),
        usual.learn());
  }

  private Work.Action asRoot(String sandbox, String script) throws Exception {
    return action(
        SignedBundle.TOML.replace("[actions.greet]\n", "[actions.greet]\nrun_as = \"root\"\n")
            + "\n[actions.greet.sandbox]\n"
            + sandbox,
        "#!/bin/sh\n" + script);
  }

  @Test
  void evenRootFindsNothingThere() throws Exception {
    Path gone = data.resolve("not-there");
    Path shown = Files.writeString(root.resolve("shown"), "shown\n");

    Assignment look =
        work(
            "t1",
            asRoot(
                "hidden = [\"%s\", \"%s\"]\n".formatted(data, gone),
                "ls -A %s; cat %s/file %s; cat %s; true\n".formatted(data, data, alone, shown)));
    assertThat(run(look).exitCode()).isZero();

    assertThat(stdout(look)).isEqualTo("shown\n");
  }

  @Test
  void aFileInWhatIsWritableIsHiddenAndStays() throws Exception {
    AttemptResult result =
        run(
            work(
                "t1",
                asRoot(
                    "writable = [\"%s\"]\nhidden = [\"%s\"]\n"
                        .formatted(data, data.resolve("other")),
                    "echo new > %s/file; echo new > %s/other; rm -f %s/other; true\n"
                        .formatted(data, data, data))));

    assertThat(result.exitCode()).as(result.message()).isZero();
    assertThat(data.resolve("file")).hasContent("new");
    assertThat(data.resolve("other")).hasContent("other");
  }

  @ParameterizedTest
  @CsvSource({"writable, alone", "writable, .", "read_only, alone", "read_only, ."})
  void noSignerShowsWhatTheOwnerHides(String field, String name) throws Exception {
    Path declared = alone.getParent().resolve(name).normalize();
    AttemptResult result =
        run(work("t1", asRoot("%s = [\"%s\"]\n".formatted(field, declared), "true\n")));

    assertThat(result.refusal()).as(result.message()).isEqualTo(Refusal.SANDBOX_UNSUPPORTED);
    assertThat(result.message()).contains(declared + " is declared", "hides " + alone);
  }
}
