package dev.hostler.trust.job;

import dev.hostler.trust.job.JobException.Reason;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Who an operator's certificate says that its holder is: subject alternative names of type URI.
 *
 * @param name of the operator, from {@value #NAME_URI}NAME; exactly one
 * @param roles from {@value #ROLE_URI}ROLE; any number
 */
public record Operator(String name, SortedSet<String> roles) {
  /** What the URI of the name begins with. */
  public static final String NAME_URI = "hostler://operator/";

  /** What the URI of a role begins with. */
  public static final String ROLE_URI = "hostler://role/";

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,63}");
  private static final Pattern ROLE = Pattern.compile("[a-z](?:[a-z0-9-]{0,62}[a-z0-9])?");
  private static final int MAX_ROLES = 64;
  private static final int URI = 6; // RFC 5280 section 4.2.1.6: GeneralName [6]

  /**
   * @throws IllegalArgumentException if the name or a role is not of its form
   */
  public Operator {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "operator name '" + name + "': use 1 to 64 letters, digits and . _ @ -");
    }
    if (roles.size() > MAX_ROLES) {
      throw new IllegalArgumentException(
          roles.size() + " roles: an operator has at most " + MAX_ROLES);
    }
    for (String role : roles) {
      if (!ROLE.matcher(role).matches()) {
        throw new IllegalArgumentException(
            "role '" + role + "': use 1 to 64 lowercase letters, digits and '-'");
      }
    }
    roles = Collections.unmodifiableSortedSet(new TreeSet<>(roles));
  }

  /**
   * Reads it from a certificate, whoever issued that.
   *
   * @throws JobException SIGNER_UNNAMED
   */
  public static Operator of(X509Certificate certificate) throws JobException {
    List<String> names = new ArrayList<>();
    SortedSet<String> roles = new TreeSet<>();
    try {
      Collection<List<?>> all = certificate.getSubjectAlternativeNames();
      for (List<?> one : all == null ? List.<List<?>>of() : all) {
        if (Integer.valueOf(URI).equals(one.getFirst())) {
          String uri = String.valueOf(one.get(1));
          if (uri.startsWith(NAME_URI)) {
            names.add(uri.substring(NAME_URI.length()));
          } else if (uri.startsWith(ROLE_URI)) {
            roles.add(uri.substring(ROLE_URI.length()));
          }
        }
      }
      if (names.size() != 1) {
        throw unnamed(certificate, names.size() + " names " + NAME_URI + "NAME, not one");
      }
      return new Operator(names.getFirst(), roles);
    } catch (CertificateParsingException | IllegalArgumentException e) {
      throw unnamed(certificate, String.valueOf(e.getMessage()));
    }
  }

  private static JobException unnamed(X509Certificate certificate, String found) {
    return new JobException(
        Reason.SIGNER_UNNAMED,
        "the certificate of '"
            + certificate.getSubjectX500Principal()
            + "' does not name one operator: "
            + found);
  }
}
