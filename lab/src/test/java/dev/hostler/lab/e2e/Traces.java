package dev.hostler.lab.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Looks for a text everywhere: in all files of a stack, and in every row of its database. */
final class Traces {
  private final Path data;

  Traces(Path data) {
    this.data = data;
  }

  /**
   * Where a text is, as it is, in base64 or in hex.
   *
   * @param text at least 16 characters
   * @param but files that may have it
   */
  List<String> of(String text, Set<Path> but) throws IOException, SQLException {
    Set<String> forms = forms(text);
    List<String> found = new ArrayList<>();
    try (Stream<Path> all = Files.walk(data)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        if (!but.contains(file) && has(content(file), forms)) {
          found.add(file.toString());
        }
      }
    }
    try (Connection connection = database("postgres")) {
      for (String database :
          column(connection, "SELECT datname FROM pg_database WHERE NOT datistemplate")) {
        found.addAll(rows(database, forms));
      }
    }
    return found;
  }

  /** Names of tables with it in some row. */
  private List<String> rows(String database, Set<String> forms) throws SQLException {
    List<String> found = new ArrayList<>();
    try (Connection connection = database(database)) {
      for (String table :
          column(
              connection,
              "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
                  + " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')")) {
        // bytea comes as hex
        for (String row : column(connection, "SELECT t::text FROM " + table + " t")) {
          if (has(row, forms)) {
            found.add("table " + table);
            break;
          }
        }
      }
    }
    return found;
  }

  private static List<String> column(Connection connection, String query) throws SQLException {
    List<String> values = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      while (rows.next()) {
        values.add(rows.getString(1));
      }
    }
    return values;
  }

  /** Runs a statement in the controller's database, as somebody who has got hold of it. */
  void sql(String statement) throws IOException, SQLException {
    try (Connection connection = database("hostler");
        Statement with = connection.createStatement()) {
      with.execute(statement);
    }
  }

  private Connection database(String name) throws SQLException {
    try {
      String port = Files.readAllLines(file("postmaster.pid")).get(3).strip();
      String password = Files.readString(file("password")).strip();
      return DriverManager.getConnection(
          "jdbc:postgresql://127.0.0.1:" + port + "/" + name, "hostler", password);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path file(String name) throws IOException {
    try (Stream<Path> all = Files.walk(data.resolve("controller"))) {
      return all.filter(path -> path.endsWith(name)).findFirst().orElseThrow();
    }
  }

  private static String content(Path file) throws IOException {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      return ""; // it was there for a moment only
    }
  }

  private static boolean has(String content, Set<String> forms) {
    return forms.stream().anyMatch(content::contains);
  }

  private static Set<String> forms(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    Set<String> forms = new LinkedHashSet<>();
    forms.add(text);
    forms.add(HexFormat.of().formatHex(bytes));
    forms.add(HexFormat.of().withUpperCase().formatHex(bytes));
    for (int shift = 0; shift < 3; shift++) {
      // Inside of something longer, base64 looks different at each of three places.
      byte[] shifted = new byte[shift + bytes.length];
      System.arraycopy(bytes, 0, shifted, shift, bytes.length);
      for (Base64.Encoder encoder : List.of(Base64.getEncoder(), Base64.getUrlEncoder())) {
        String whole = encoder.withoutPadding().encodeToString(shifted);
        forms.add(whole.substring(shift == 0 ? 0 : 4, whole.length() - 3));
      }
    }
    return forms;
  }
}
