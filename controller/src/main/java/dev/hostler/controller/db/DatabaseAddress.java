package dev.hostler.controller.db;

/**
 * Where a database is and who we are there.
 *
 * @param jdbcUrl a {@code jdbc:postgresql:} URL
 * @param user database role
 * @param password its password; empty when the server asks for none
 */
public record DatabaseAddress(String jdbcUrl, String user, String password) {

  /** Without the password. */
  @Override
  public String toString() {
    return jdbcUrl + " as " + user;
  }
}
