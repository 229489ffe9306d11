package dev.hostler.controller.revocation;

import dev.hostler.controller.revocation.Revocation.Kind;
import java.util.Collection;
import java.util.Collections;
import java.util.NavigableSet;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Everything that is revoked at one moment. Immutable.
 *
 * @param certificates SHA-256 in hex
 * @param operators names
 * @param bundles SHA-256 of manifests in hex, for good
 * @param yanked SHA-256 of manifests in hex
 */
public record RevokedParties(
    SortedSet<String> certificates,
    SortedSet<String> operators,
    SortedSet<String> bundles,
    SortedSet<String> yanked) {
  /** Nobody. */
  public static final RevokedParties NOBODY = of(Set.of());

  static RevokedParties of(Collection<Revocation> all) {
    return new RevokedParties(
        values(all, Kind.CERTIFICATE),
        values(all, Kind.OPERATOR),
        values(all, Kind.BUNDLE),
        values(all, Kind.YANK));
  }

  private static NavigableSet<String> values(Collection<Revocation> all, Kind kind) {
    NavigableSet<String> values = new TreeSet<>();
    all.stream().filter(one -> one.kind() == kind).map(Revocation::value).forEach(values::add);
    return Collections.unmodifiableNavigableSet(values);
  }
}
