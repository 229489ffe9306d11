package dev.hostler.cli.index;

import dev.hostler.trust.index.SignedIndex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A signed index as two files: the statement, and beside it its signature with ".cms" added. */
final class IndexFiles {
  private IndexFiles() {}

  static Path signature(Path statement) {
    return statement.resolveSibling(statement.getFileName() + ".cms");
  }

  static SignedIndex read(Path statement) throws IOException {
    return new SignedIndex(Files.readAllBytes(statement), Files.readAllBytes(signature(statement)));
  }

  static void write(Path statement, SignedIndex index) throws IOException {
    Files.write(statement, index.statement());
    Files.write(signature(statement), index.signature());
  }
}
