package dev.hostler.cli;

import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Help.Column.Overflow;
import picocli.CommandLine.Help.TextTable;
import picocli.CommandLine.IHelpSectionRenderer;

/**
 * The list of commands in a help text: each with the first sentence of its description. (picocli
 * itself takes the first line, wherever that is broken.)
 */
final class CommandSummaries implements IHelpSectionRenderer {
  private static final int INDENT = 2;
  private static final int GAP = 3;

  @Override
  public String render(Help help) {
    Map<String, Help> commands = help.subcommands();
    if (commands.isEmpty()) {
      return "";
    }
    int names = commands.keySet().stream().mapToInt(String::length).max().orElse(0);
    int width = help.commandSpec().usageMessage().width();
    TextTable table =
        TextTable.forColumns(
            help.colorScheme(),
            new Column(names + INDENT + GAP, INDENT, Overflow.SPAN),
            new Column(width - names - INDENT - GAP, 0, Overflow.WRAP));
    commands.forEach((name, command) ->
        table.addRowValues(
            name, firstSentence(command.commandSpec().usageMessage().description())));
    return table.toString();
  }

  private static String firstSentence(String... lines) {
    String text = String.join(" ", lines);
    for (int end = text.indexOf('.'); end >= 0; end = text.indexOf('.', end + 1)) {
      if (end + 1 == text.length() || text.charAt(end + 1) == ' ') {
        return text.substring(0, end + 1);
      }
    }
    return text;
  }

  /** Makes it so for a command. */
  static void apply(CommandLine command) {
    command
        .getHelpSectionMap()
        .put(CommandLine.Model.UsageMessageSpec.SECTION_KEY_COMMAND_LIST, new CommandSummaries());
  }
}
