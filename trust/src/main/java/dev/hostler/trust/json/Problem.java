package dev.hostler.trust.json;

/**
 * One thing that is wrong with a declaration or with parameters.
 *
 * @param field which field, as a dotted path; may begin with a line and column
 * @param found what is wrong, with the value
 * @param fix what to do
 */
public record Problem(String field, String found, String fix) {
  @Override
  public String toString() {
    return field + ": " + found + "; " + fix;
  }
}
