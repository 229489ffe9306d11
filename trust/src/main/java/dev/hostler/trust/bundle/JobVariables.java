package dev.hostler.trust.bundle;

import dev.hostler.trust.json.Problem;
import dev.hostler.trust.json.Problems;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Which environment variables a job may set for an action. An action may run as root, and an
 * environment can make a program load or run something else: only variables that the bundle's
 * signer declared in the action's {@code env} may be replaced, and of those none that programs take
 * code or other programs from.
 */
public final class JobVariables {
  private static final Pattern NEVER =
      Pattern.compile(
          "PATH|IFS|ENV|BASH_.*|SHELLOPTS|PS4|CDPATH|HOME|TMPDIR|EDITOR|VISUAL|PAGER|SHELL"
              + "|LD_.*|GLIBC_TUNABLES|GCONV_PATH|LOCPATH|NLSPATH|MALLOC_.*|RES_OPTIONS|HOSTALIASES"
              + "|PYTHON.*|PERL.*|RUBY.*|GEM_.*|NODE_.*|LUA_.*|PHP.*|TCL.*"
              + "|JAVA_TOOL_OPTIONS|JDK_JAVA_OPTIONS|_JAVA_OPTIONS|CLASSPATH"
              + "|GIT_.*|SSL_CERT_.*|OPENSSL_.*|CURL_.*");

  private JobVariables() {}

  /**
   * What is wrong with setting these variables; empty: nothing.
   *
   * @param names of the variables that a job sets
   */
  public static List<Problem> problems(Manifest.Action action, Collection<String> names) {
    Problems problems = new Problems();
    for (String name : names) {
      if (!action.env().containsKey(name)) {
        problems.add(
            "env",
            Problems.show(name) + " is not declared by action '" + action.name() + "'",
            action.env().isEmpty()
                ? "it takes none; use --param"
                : "it declares " + action.env().keySet());
      } else if (NEVER.matcher(name).matches()) {
        problems.add(
            "env",
            Problems.show(name) + " decides which code runs, so no job may set it",
            "leave it out; its signer has set it");
      }
    }
    return problems.list();
  }
}
