package dev.hostler.agent.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** Programs of a host that a build machine does not have or must not change, as shell scripts. */
public final class ScriptedHost {
  private final Path root;

  /** Below another root, see {@link HostState#below}. */
  public ScriptedHost(Path root) {
    this.root = root;
  }

  /** A program that keeps what it knows in the files of the folder "state", where it is run. */
  public ScriptedHost program(String name, String script) throws IOException {
    Path file = Files.createDirectories(root.resolve("usr/bin")).resolve(name);
    Files.writeString(
        file, "#!/bin/sh\nPATH=/usr/bin:/bin\ncd " + state() + " || exit 9\n" + script);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    return this;
  }

  Path state() throws IOException {
    return Files.createDirectories(root.resolve("state"));
  }

  public ScriptedHost has(String file, String text) throws IOException {
    Files.writeString(state().resolve(file), text);
    return this;
  }

  public String now(String file) throws IOException {
    return Files.readString(state().resolve(file)).strip();
  }

  HostPrograms programs() {
    return new HostPrograms(List.of(), List.of(root.resolve("usr/bin")));
  }

  /** What systemctl does with one unit, as far as it matters here. */
  public ScriptedHost systemd() throws IOException {
    return program(
            "systemctl",
            """
            echo "$@" >> calls
            case $1 in
              show) printf 'LoadState=%s\\nUnitFileState=%s\\nActiveState=%s\\n' "$(cat load)" "$(cat file)" "$(cat active)" ;;
              daemon-reload) ;;
              enable) echo enabled > file ;;
              disable) echo disabled > file ;;
              mask) echo masked > file ;;
              unmask) echo disabled > file ;;
              start) [ "$(cat file)" != masked ] || { echo 'Unit is masked.'; exit 1; }; cat start > active ;;
              stop) echo inactive > active ;;
              *) exit 7 ;;
            esac
            """)
        .has("load", "loaded")
        .has("start", "active");
  }
}
