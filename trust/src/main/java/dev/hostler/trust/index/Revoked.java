package dev.hostler.trust.index;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What nobody may rely on any more. Immutable.
 *
 * @param certificates SHA-256 of certificates in DER, 64 lower-case hex digits each
 * @param bundles SHA-256 of bundle manifests, 64 lower-case hex digits each
 * @param operators names of operators, whatever their certificate
 */
public record Revoked(
    SortedSet<String> certificates, SortedSet<String> bundles, SortedSet<String> operators) {
  /** Nothing. */
  public static final Revoked NOTHING =
      new Revoked(new TreeSet<>(), new TreeSet<>(), new TreeSet<>());

  public Revoked {
    certificates = Collections.unmodifiableSortedSet(new TreeSet<>(certificates));
    bundles = Collections.unmodifiableSortedSet(new TreeSet<>(bundles));
    operators = Collections.unmodifiableSortedSet(new TreeSet<>(operators));
  }
}
