package dev.hostler.agent.config;

import dev.hostler.common.config.ConfigSection;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Lists of paths of the host, written out. */
final class AbsolutePaths {
  private AbsolutePaths() {}

  /**
   * Reads one; reports each that is not absolute or not normalised.
   *
   * @param usual if the field is not there
   * @param root may "/" be in it?
   * @param example for the message
   */
  static List<Path> read(
      ConfigSection section, String field, List<String> usual, boolean root, String example) {
    List<Path> paths = new ArrayList<>();
    for (String text : section.strings(field, usual)) {
      Path path = text.indexOf('\0') < 0 ? Path.of(text) : Path.of("");
      if (!path.isAbsolute()
          || !path.normalize().equals(path)
          || (!root && path.getNameCount() == 0)) {
        section.problem(
            field,
            "\"%s\" is not an absolute path without '..', like \"%s\"".formatted(text, example));
      } else {
        paths.add(path);
      }
    }
    return paths;
  }
}
