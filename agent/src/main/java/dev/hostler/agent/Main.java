package dev.hostler.agent;

import dev.hostler.agent.config.AgentConfig;
import dev.hostler.agent.identity.CurrentIdentity;
import dev.hostler.agent.identity.EnrolException;
import dev.hostler.agent.identity.Enrolment;
import dev.hostler.agent.identity.Identity;
import dev.hostler.agent.identity.JoinToken;
import dev.hostler.common.config.ConfigException;
import dev.hostler.common.lifecycle.StartException;
import dev.hostler.common.time.TimeSource;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The program hostler-agent. Exit codes: 0 done, 2 wrong usage or configuration, 3 refused by the
 * controller, not reachable, or cannot start.
 */
public final class Main {
  static final int DONE = 0;
  static final int USAGE = 2;
  static final int FAILED = 3;

  private final Map<String, String> environment;
  private final PrintStream out;
  private final PrintStream err;

  Main(Map<String, String> environment, PrintStream out, PrintStream err) {
    this.environment = environment;
    this.out = out;
    this.err = err;
  }

  /** Starts the program. */
  public static void main(String[] arguments) {
    int code = new Main(System.getenv(), System.out, System.err).run(arguments);
    if (code != DONE) {
      System.exit(code);
    }
  }

  int run(String... arguments) {
    try {
      CommandLine line = CommandLine.parse(arguments, environment);
      return switch (line.verb()) {
        case HELP -> {
          out.print(CommandLine.HELP);
          yield DONE;
        }
        case VERSION -> {
          out.println("hostler-agent " + AgentVersion.TEXT);
          yield DONE;
        }
        case ENROLL -> enrol(line);
        case KEY -> key(line);
        case RUN -> run(line);
        case REHEARSE -> Rehearse.run(line.folder()) ? DONE : FAILED;
      };
    } catch (UsageException e) {
      err.println("hostler-agent: " + e.getMessage());
      err.println("Try hostler-agent --help.");
      return USAGE;
    } catch (ConfigException e) {
      e.problems().forEach(problem -> err.println("hostler-agent: " + problem));
      return USAGE;
    } catch (EnrolException e) {
      err.println("hostler-agent: " + e.getMessage());
      return e.kind() == EnrolException.Kind.USAGE ? USAGE : FAILED;
    } catch (StartException | IOException e) {
      err.println("hostler-agent: " + e.getMessage());
      return FAILED;
    } catch (InterruptedException _) {
      return FAILED;
    }
  }

  private int enrol(CommandLine line)
      throws UsageException, ConfigException, EnrolException, IOException, InterruptedException {
    AgentConfig config = AgentConfig.read(line.config(), environment);
    Agent.prepare(config);
    Path state = config.stateDir();
    Optional<Identity> present = Agent.identities(config).read();
    if (present.isPresent() && !line.force()) {
      out.println(
          "This host is enrolled already, as "
              + present.get().hostId()
              + " ("
              + state
              + "). Nothing was changed; --force enrols it again.");
      return DONE;
    }
    JoinToken token = JoinToken.parse(line.token());
    Identity identity =
        Agent.enrol(config, line.controller(config.controllers()), token, line.name(), err::println)
            .orElseThrow();
    out.println("Enrolled as " + identity.hostId() + " with " + identity.controller() + ".");
    return DONE;
  }

  /** Prints by which fingerprint an operator knows this host. */
  private int key(CommandLine line) throws ConfigException, IOException {
    AgentConfig config = AgentConfig.read(line.config(), environment);
    Agent.prepare(config);
    Optional<Identity> present = Agent.identities(config).read();
    if (line.sealing()) {
      if (present.isEmpty()) {
        err.println("hostler-agent: this host is not enrolled: it has no sealing key yet");
        return USAGE;
      }
      CurrentIdentity identity = new CurrentIdentity(Agent.identities(config), present.get());
      out.println(Agent.sealing(config, identity, TimeSource.system()).fingerprint());
      return DONE;
    }
    out.println(
        Enrolment.fingerprint(
            present.isPresent()
                ? present.get().tls().certificate().getPublicKey()
                : Agent.identities(config).enrolmentKey().getPublic()));
    return DONE;
  }

  private int run(CommandLine line)
      throws ConfigException, IOException, StartException, InterruptedException {
    AgentConfig config = AgentConfig.read(line.config(), environment);
    Agent.prepare(config);
    Optional<Identity> identity = Agent.identities(config).read();
    if (identity.isEmpty()) {
      err.println(
          "hostler-agent: this host is not enrolled: run hostler-agent enroll --config "
              + line.config()
              + " --controller HOST:PORT --token-file FILE");
      return USAGE;
    }
    Agent.run(config, identity.get());
    return DONE;
  }
}
