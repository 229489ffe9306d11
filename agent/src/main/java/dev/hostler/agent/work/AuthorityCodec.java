package dev.hostler.agent.work;

import dev.hostler.agent.attempt.Assignment;
import dev.hostler.agent.attempt.Authority;
import dev.hostler.agent.attempt.Work;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What was added to the ledger's record of an accepted attempt when jobs came to be signed: the
 * user of a command, and by whose word it runs. Records of before have none of it.
 */
final class AuthorityCodec {
  private static final int MAX = 64;

  private AuthorityCodec() {}

  static void write(DataOutputStream out, Assignment assignment) throws IOException {
    Authority authority = assignment.authority();
    RecordCodec.writeText(
        out, assignment.work() instanceof Work.Command command ? command.runAs() : "");
    out.writeInt(authority.roles().size());
    for (String role : authority.roles()) {
      RecordCodec.writeText(out, role);
    }
    out.writeInt(authority.path().size());
    for (X509Certificate certificate : authority.path()) {
      try {
        byte[] der = certificate.getEncoded();
        out.writeInt(der.length);
        out.write(der);
      } catch (CertificateException e) {
        throw new IOException("a certificate has no encoding", e);
      }
    }
    RecordCodec.writeText(out, authority.nonce());
    out.writeBoolean(authority.allowOlder());
  }

  /**
   * Completes an assignment by what follows in its record.
   *
   * @throws IOException if that is damaged
   */
  static Assignment read(DataInputStream in, Assignment old) throws IOException {
    if (in.available() == 0) {
      return old;
    }
    String runAs = RecordCodec.readText(in);
    Work work =
        old.work() instanceof Work.Command command
            ? new Work.Command(command.argv(), runAs)
            : old.work();
    SortedSet<String> roles = new TreeSet<>();
    int count = count(in);
    for (int i = 0; i < count; i++) {
      roles.add(RecordCodec.readText(in));
    }
    List<X509Certificate> path = new ArrayList<>();
    int length = count(in);
    for (int i = 0; i < length; i++) {
      path.add(certificate(in));
    }
    return new Assignment(
        old.id(),
        old.jobId(),
        work,
        old.env(),
        old.timeout(),
        old.expiresAt(),
        new Authority(old.operator(), roles, path, RecordCodec.readText(in), in.readBoolean()));
  }

  private static int count(DataInputStream in) throws IOException {
    int count = in.readInt();
    if (count < 0 || count > MAX) {
      throw new IOException("a ledger record has " + count + " roles or certificates");
    }
    return count;
  }

  private static X509Certificate certificate(DataInputStream in) throws IOException {
    byte[] der = in.readNBytes(Math.max(0, in.readInt()));
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der));
    } catch (CertificateException e) {
      throw new IOException("a certificate in the ledger is damaged", e);
    }
  }
}
