package dev.hostler.common.signing;

import dev.hostler.common.signing.SigningException.Reason;
import java.math.BigInteger;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Certificate;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.PolicyConstraints;

/**
 * What RFC 5280 section 4 asks of the form of a certificate and the JDK's path validation does not
 * look at. The JDK drops extensions that it cannot parse and that are not critical; here they are
 * refused, so that a limit never disappears by being broken.
 */
final class CertificateRules {
  private static final BigInteger SERIAL_END = BigInteger.ONE.shiftLeft(159);
  // RFC 1123 section 2.1 letters, digits and hyphens; "*." in front as in RFC 6125 section 6.4.3.
  private static final Pattern DNS_NAME =
      Pattern.compile(
          "(\\*\\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern IPV4 = Pattern.compile("[0-9]+(\\.[0-9]+){3}");
  private static final Pattern MAILBOX = Pattern.compile("[^@\\s]+@[^@\\s]+");

  private final String subject;
  private final boolean belowConstraints;
  private final Extensions extensions;

  private CertificateRules(String subject, boolean belowConstraints, Extensions extensions) {
    this.subject = subject;
    this.belowConstraints = belowConstraints;
    this.extensions = extensions;
  }

  /**
   * Checks every certificate of a path but the root, which whoever pinned it has judged.
   *
   * @param path the end entity first, the root last
   * @throws SigningException MALFORMED, naming the certificate and the rule
   */
  static void check(List<X509Certificate> path) throws SigningException {
    boolean constrained =
        path.stream()
            .anyMatch(one -> one.getExtensionValue(Extension.nameConstraints.getId()) != null);
    for (X509Certificate certificate : path.subList(0, path.size() - 1)) {
      String subject = "the certificate of '" + certificate.getSubjectX500Principal() + "'";
      try {
        Certificate parsed = Certificate.getInstance(certificate.getEncoded());
        BigInteger serial = parsed.getSerialNumber().getValue();
        if (serial.signum() <= 0 || serial.compareTo(SERIAL_END) >= 0) {
          throw new SigningException(
              Reason.MALFORMED, subject + " has a serial number that is not 1 to 20 octets");
        }
        Extensions extensions = parsed.getTBSCertificate().getExtensions();
        if (extensions != null) {
          new CertificateRules(subject, constrained, extensions).check();
        }
      } catch (RuntimeException | CertificateEncodingException e) {
        // What hostile bytes make the parsers below throw is not documented: seen are class casts.
        throw new SigningException(
            Reason.MALFORMED,
            subject + " is broken, in an extension or as a whole: " + e.getMessage(),
            e);
      }
    }
  }

  private void check() throws SigningException {
    critical(Extension.authorityKeyIdentifier, false);
    critical(Extension.subjectKeyIdentifier, false);
    critical(Extension.nameConstraints, true);
    critical(Extension.policyConstraints, true);
    BasicConstraints basic = BasicConstraints.fromExtensions(extensions);
    boolean issues = basic != null && basic.isCA();
    KeyUsage usage = KeyUsage.fromExtensions(extensions);
    if (!issues && usage != null && usage.hasUsages(KeyUsage.keyCertSign)) {
      throw broken("has the key usage keyCertSign and is not a CA");
    }
    ExtendedKeyUsage.fromExtensions(extensions);
    PolicyConstraints.fromExtensions(extensions);
    NameConstraints names =
        NameConstraints.getInstance(extensions.getExtensionParsedValue(Extension.nameConstraints));
    if (!issues && names != null) {
      throw broken("has name constraints and is not a CA");
    }
    GeneralNames alternatives =
        GeneralNames.fromExtensions(extensions, Extension.subjectAlternativeName);
    if (alternatives != null) {
      for (GeneralName name : alternatives.getNames()) {
        check(name);
      }
    }
  }

  private void check(GeneralName name) throws SigningException {
    switch (name.getTagNo()) {
      case GeneralName.dNSName -> {
        String text = name.getName().toString();
        if (!DNS_NAME.matcher(text).matches() || IPV4.matcher(text).matches()) {
          throw broken("has the alternative name '" + text + "', which is no DNS name");
        }
        if (belowConstraints && text.startsWith("*")) {
          // Whether a wildcard is inside of a constraint depends on what it will be matched with.
          throw broken("has the wildcard name '" + text + "' below name constraints");
        }
      }
      case GeneralName.iPAddress -> {
        int octets = ASN1OctetString.getInstance(name.getName()).getOctetsLength();
        if (octets != 4 && octets != 16) {
          throw broken("has an IP address of " + octets + " octets as an alternative name");
        }
      }
      case GeneralName.rfc822Name -> {
        if (!MAILBOX.matcher(name.getName().toString()).matches()) {
          throw broken("has the alternative name '" + name.getName() + "', which is no mailbox");
        }
      }
      default -> {}
    }
  }

  private void critical(ASN1ObjectIdentifier oid, boolean must) throws SigningException {
    Extension extension = extensions.getExtension(oid);
    if (extension != null && extension.isCritical() != must) {
      throw broken("has the extension " + oid + (must ? " not" : "") + " marked as critical");
    }
  }

  private SigningException broken(String what) {
    return new SigningException(Reason.MALFORMED, subject + " " + what);
  }
}
