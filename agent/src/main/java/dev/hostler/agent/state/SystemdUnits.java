package dev.hostler.agent.state;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Units of systemd: "FILE ACTIVE" as systemctl(1) names the states of the unit's file and of the
 * unit, the latter "active" or "inactive"; or "absent".
 */
record SystemdUnits(HostPrograms programs) implements StateKind {
  private static final String ABSENT = "absent";
  private static final Set<String> UP = Set.of("active", "activating", "reloading", "refreshing");
  private static final Set<String> MASKED = Set.of("masked", "masked-runtime");

  @Override
  public String read(String name) throws IOException, InterruptedException {
    HostPrograms.Said said =
        programs.run(
            "", "systemctl", "show", "--property=LoadState,UnitFileState,ActiveState", "--", name);
    if (said.code() != 0) {
      throw new IOException("systemctl cannot tell: " + said.last());
    }
    Map<String, String> properties = new HashMap<>();
    said.out()
        .lines()
        .forEach(line -> {
          int equals = line.indexOf('=');
          if (equals > 0) {
            properties.put(line.substring(0, equals), line.substring(equals + 1));
          }
        });
    String load = properties.getOrDefault("LoadState", "");
    if (load.isEmpty()) {
      throw new IOException("systemctl does not say in which state " + name + " is");
    }
    if (load.equals("not-found")) {
      return ABSENT;
    }
    String file = properties.getOrDefault("UnitFileState", "");
    boolean up = UP.contains(properties.getOrDefault("ActiveState", ""));
    return (file.isEmpty() ? "-" : file) + " " + (up ? "active" : "inactive");
  }

  @Override
  public void restore(String name, String value) throws IOException, InterruptedException {
    run("daemon-reload"); // unit files may just have been brought back
    String now = read(name);
    if (now.equals(value)) {
      return;
    }
    if (!value.equals(ABSENT) && !now.equals(ABSENT)) {
      String wanted = value.substring(0, value.indexOf(' '));
      if (MASKED.contains(now.substring(0, now.indexOf(' '))) && !MASKED.contains(wanted)) {
        run("unmask", "--", name);
      }
      switch (wanted) {
        case "enabled", "enabled-runtime" -> run("enable", "--", name);
        case "disabled" -> run("disable", "--", name);
        case "masked", "masked-runtime" -> run("mask", "--", name);
        default -> {} // static, generated and the like: only their files say so
      }
      run(value.endsWith(" active") ? "start" : "stop", "--", name);
    }
    String then = read(name);
    if (!then.equals(value)) {
      throw new IOException("is \"" + then + "\" although systemctl was asked for more");
    }
  }

  private void run(String... arguments) throws IOException, InterruptedException {
    HostPrograms.Said said = programs.run("", "systemctl", arguments);
    if (said.code() != 0) {
      throw new IOException("systemctl " + String.join(" ", arguments) + ": " + said.last());
    }
  }
}
