package dev.hostler.agent.state;

import java.io.IOException;

/** Packages of dpkg, or else of rpm: the installed version, or "absent". */
record Packages(HostPrograms programs) implements StateKind {
  private static final String ABSENT = "absent";

  private boolean dpkg() {
    return programs.has("dpkg-query");
  }

  @Override
  public String read(String name) throws IOException, InterruptedException {
    if (dpkg()) {
      HostPrograms.Said said =
          programs.run(
              "", "dpkg-query", "--show", "--showformat=${db:Status-Status} ${Version}\\n", name);
      return said.code() == 0 && said.out().startsWith("installed ")
          ? said.out().substring("installed ".length()).strip()
          : ABSENT;
    }
    if (programs.has("rpm")) {
      HostPrograms.Said said =
          programs.run(
              "", "rpm", "--query", "--queryformat", "%{EPOCHNUM}:%{VERSION}-%{RELEASE}\\n", name);
      return said.code() == 0 ? said.out().strip() : ABSENT;
    }
    throw new IOException("this host has neither dpkg nor rpm");
  }

  @Override
  public void restore(String name, String value) throws IOException, InterruptedException {
    String now = read(name);
    if (now.equals(value)) {
      return;
    }
    if (dpkg()) {
      if (value.equals(ABSENT)) {
        run("apt-get", "--yes", "remove", name);
      } else {
        run(
            "apt-get",
            "--yes",
            "--allow-downgrades",
            "--allow-change-held-packages",
            "--no-install-recommends",
            "-o",
            "Dpkg::Options::=--force-confold",
            "install",
            name + "=" + value);
      }
    } else if (value.equals(ABSENT)) {
      run("dnf", "--assumeyes", "remove", name);
    } else {
      run("dnf", "--assumeyes", now.equals(ABSENT) ? "install" : "downgrade", name + "-" + value);
    }
    String then = read(name);
    if (!then.equals(value)) {
      throw new IOException("is \"" + then + "\" although the package manager ended well");
    }
  }

  private void run(String program, String... arguments) throws IOException, InterruptedException {
    HostPrograms.Said said = programs.run("", program, arguments);
    if (said.code() != 0) {
      throw new IOException(program + ": " + said.last());
    }
  }
}
