package dev.hostler.controller.target;

import dev.cel.bundle.Cel;
import dev.cel.bundle.CelFactory;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelErrorCode;
import dev.cel.common.CelIssue;
import dev.cel.common.CelOptions;
import dev.cel.common.CelSourceLocation;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.CelType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.hostler.controller.host.Host;
import dev.hostler.controller.host.HostFacts;
import dev.hostler.controller.host.HostSelector;
import dev.hostler.controller.host.SelectorException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Selectors in the Common Expression Language: {@code labels.role == "web" && facts.cpus >= 4}. An
 * expression is compiled once and then asked for each host; a host without a label that is asked
 * for is not meant. Thread-safe.
 */
public final class CelSelectors implements HostSelector.Compiler {
  /** Means every host, as an expression of its own or within one. */
  private static final String ALL = "all";

  private static final int MAX_LENGTH = 4096;

  /** Facts are variables of their own, so that a fact that does not exist is found at once. */
  private static final Map<String, CelType> VARIABLES =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry(ALL, SimpleType.BOOL),
              Map.entry("id", SimpleType.STRING),
              Map.entry("name", SimpleType.STRING),
              Map.entry("connected", SimpleType.BOOL),
              Map.entry("labels", MapType.create(SimpleType.STRING, SimpleType.STRING)),
              Map.entry("facts.os", SimpleType.STRING),
              Map.entry("facts.os_version", SimpleType.STRING),
              Map.entry("facts.kernel", SimpleType.STRING),
              Map.entry("facts.arch", SimpleType.STRING),
              Map.entry("facts.cpus", SimpleType.INT),
              Map.entry("facts.memory", SimpleType.INT)));

  /** Loaded when the first expression other than {@code all} is compiled. */
  private static final class Environment {
    static final Cel CEL = make();

    private static Cel make() {
      var builder =
          CelFactory.plannerCelBuilder()
              .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
              .setOptions(
                  CelOptions.current()
                      .enableHeterogeneousNumericComparisons(true)
                      .maxExpressionCodePointSize(MAX_LENGTH)
                      .comprehensionMaxIterations(1000)
                      .maxRegexProgramSize(1000)
                      .build());
      VARIABLES.forEach(builder::addVar);
      return builder.build();
    }
  }

  @Override
  public HostSelector compile(String expression) {
    if (expression.strip().equals(ALL)) {
      return (_, _) -> true;
    }
    if (expression.length() > MAX_LENGTH) {
      throw new SelectorException(
          expression, MAX_LENGTH + 1, "use at most " + MAX_LENGTH + " characters");
    }
    try {
      CelAbstractSyntaxTree tree = Environment.CEL.compile(expression).getAst();
      if (!tree.getResultType().equals(SimpleType.BOOL)) {
        throw at(
            expression,
            1,
            1,
            "is a "
                + tree.getResultType().name()
                + ", not a condition; compare it, for example labels.role == \"web\"");
      }
      CelRuntime.Program program = Environment.CEL.createProgram(tree);
      return (host, connected) -> matches(expression, program, host, connected);
    } catch (CelValidationException e) {
      CelIssue first = e.getErrors().getFirst();
      CelSourceLocation where = first.getSourceLocation();
      throw at(
          expression,
          Math.max(1, where.getLine()),
          Math.max(0, where.getColumn()) + 1,
          readable(first.getMessage()));
    } catch (CelEvaluationException e) {
      throw new SelectorException(expression, 1, String.valueOf(e.getMessage()));
    }
  }

  private static String readable(String message) {
    String text =
        message
            .replaceAll("\\s+", " ")
            .replace(" (in container '')", "")
            .replace("'<EOF>'", "the end of the expression");
    return text.contains("undeclared reference")
        ? text + "; there are " + String.join(", ", VARIABLES.keySet())
        : text;
  }

  /** Points at the place; of an expression of several lines it shows the one. */
  private static SelectorException at(String expression, int line, int column, String message) {
    String[] lines = expression.split("\n", -1);
    String shown = lines[Math.min(line, lines.length) - 1];
    return new SelectorException(
        expression,
        column,
        message + "\n  " + shown.replace('\t', ' ') + "\n  " + " ".repeat(column - 1) + "^");
  }

  private static boolean matches(
      String expression, CelRuntime.Program program, Host host, boolean connected) {
    HostFacts facts = host.facts();
    Map<String, Object> values = new HashMap<>();
    values.put(ALL, true);
    values.put("id", host.id().toString());
    values.put("name", host.name());
    values.put("connected", connected);
    values.put("labels", host.labels());
    values.put("facts.os", facts.osId());
    values.put("facts.os_version", facts.osVersion());
    values.put("facts.kernel", facts.kernel());
    values.put("facts.arch", facts.arch());
    values.put("facts.cpus", (long) facts.cpus());
    values.put("facts.memory", facts.memoryBytes());
    try {
      return Boolean.TRUE.equals(program.eval(values));
    } catch (CelEvaluationException e) {
      if (e.getErrorCode() == CelErrorCode.ATTRIBUTE_NOT_FOUND) {
        return false; // a label that this host does not have
      }
      throw new SelectorException(expression, 1, String.valueOf(e.getMessage()));
    }
  }
}
