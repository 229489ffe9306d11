package dev.hostler.controller.db;

import dev.hostler.common.config.ConfigSection;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Section [database].
 *
 * @param url JDBC URL of a PostgreSQL that is given; empty: an embedded one
 * @param user its role
 * @param password its password; better kept in a file, or in the environment
 * @param passwordFile file with the password
 * @param poolSize most connections at a time
 * @param embeddedUser system user that the embedded one runs as when the controller is root
 */
public record DatabaseConfig(
    Optional<String> url,
    String user,
    Optional<String> password,
    Optional<Path> passwordFile,
    int poolSize,
    String embeddedUser) {

  /** Reads it. */
  public static DatabaseConfig read(ConfigSection section) {
    DatabaseConfig config =
        new DatabaseConfig(
            section.string("url"),
            section.string("user", "hostler"),
            section.secret("password"),
            section.file("password_file"),
            section.integer("pool_size", 16, 2, 200),
            section.string("embedded_user", "hostler-pg"));
    config
        .url()
        .filter(url -> !url.startsWith("jdbc:postgresql:"))
        .ifPresent(_ ->
            section.problem(
                "url", "not a PostgreSQL URL; use jdbc:postgresql://HOST:PORT/DATABASE"));
    if (config.password().isPresent() && config.passwordFile().isPresent()) {
      section.problem("password_file", "password is given as well; remove one of the two");
    }
    return config;
  }

  /** Without the password. */
  @Override
  public String toString() {
    return "DatabaseConfig[url=" + url + ", user=" + user + ", poolSize=" + poolSize + "]";
  }
}
