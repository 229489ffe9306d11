package dev.hostler.agent.preview;

import dev.hostler.agent.attempt.Refusal;
import dev.hostler.agent.attempt.RefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Over which directories layers are laid, so that whatever a program writes goes into them: those
 * that it may write, and those in which a file is that it may write.
 */
final class LayerPlaces {
  private static final int MOST = 32;

  private LayerPlaces() {}

  /**
   * Chooses.
   *
   * @param writable absolute paths
   * @param mounts where file systems are mounted on this host
   * @param own where the agent keeps the layers: they cannot lie over themselves
   * @throws RefusedException if what the program would see could not be made
   */
  static List<Path> of(List<Path> writable, Collection<Path> mounts, Path own)
      throws RefusedException {
    Set<Path> wanted = new TreeSet<>();
    for (Path path : writable) {
      boolean directory = Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
      for (Path mount : mounts) {
        if (mount.startsWith(path) && (!directory || !mount.equals(path))) {
          throw refused(
              path, directory ? mount + " is mounted below it" : "it is a mount of its own");
        }
      }
      Path place = directory ? path : path.getParent();
      if (place == null || place.getNameCount() == 0) {
        throw refused(path, "layers cannot lie over the root directory");
      }
      if (own.startsWith(place)) {
        throw refused(path, "the agent's own state is below " + place);
      }
      wanted.add(place);
    }
    List<Path> places = new ArrayList<>();
    for (Path place : wanted) { // a directory before what is in it
      if (places.stream().noneMatch(outer -> covers(outer, place, mounts))) {
        places.add(place);
      }
    }
    if (places.size() > MOST) {
      throw new RefusedException(
          Refusal.PREVIEW_IMPOSSIBLE,
          "the action may write in " + places.size() + " places; a preview takes " + MOST);
    }
    return places;
  }

  /** Are both on one mount? */
  private static boolean covers(Path outer, Path inner, Collection<Path> mounts) {
    return inner.startsWith(outer)
        && mounts.stream()
            .noneMatch(mount ->
                inner.startsWith(mount) && mount.startsWith(outer) && !mount.equals(outer));
  }

  private static RefusedException refused(Path path, String why) {
    return new RefusedException(
        Refusal.PREVIEW_IMPOSSIBLE, "the writable path " + path + " cannot be previewed: " + why);
  }

  /** Where file systems are mounted on this host. */
  static Set<Path> mounts() throws IOException {
    Set<Path> mounts = new HashSet<>();
    for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
      String[] fields = line.split(" ", -1);
      if (fields.length > 4) {
        mounts.add(Path.of(unescaped(fields[4])));
      }
    }
    return mounts;
  }

  /** The kernel writes space, tab, newline and backslash as three octal digits. */
  private static String unescaped(String text) {
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) == '\\' && i + 3 < text.length()) {
        plain.append((char) Integer.parseInt(text, i + 1, i + 4, 8));
        i += 3;
      } else {
        plain.append(text.charAt(i));
      }
    }
    return plain.toString();
  }
}
