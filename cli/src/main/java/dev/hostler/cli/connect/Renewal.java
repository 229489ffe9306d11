package dev.hostler.cli.connect;

import com.google.protobuf.ByteString;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.cli.console.ExitCode;
import dev.hostler.common.signing.CertificateRequest;
import dev.hostler.common.signing.Pem;
import dev.hostler.common.signing.RootSuccession;
import dev.hostler.common.signing.SigningException;
import dev.hostler.common.time.TimeSource;
import dev.hostler.common.tls.TlsIdentity;
import dev.hostler.proto.v1.CertificateServiceGrpc;
import dev.hostler.proto.v1.OperatorCertificate;
import dev.hostler.proto.v1.RenewOperatorCertificateRequest;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Renews the operator's certificate for the same key, and takes over the fleet's newer roots with
 * it: before the first call of a command that finds it due. The files are replaced one by one, each
 * in one step; any mixture of old and new ones works.
 */
final class Renewal {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration ROOTS_EVERY = Duration.ofHours(8);

  private Renewal() {}

  /**
   * The identity to go by: the one in the files, or a newer one.
   *
   * @throws CliFailure if the certificate has ended and cannot be renewed
   */
  static Identity current(Context context, TimeSource time) {
    Identity identity = Identity.of(context);
    if (!identity.isOfTheFleet()) {
      return withCurrentRoots(context, identity, time);
    }
    if (!identity.isDue(time.instant())) {
      return identity;
    }
    boolean over = identity.isOver(time.instant());
    if (!over && !isWritable(context.cert())) {
      return identity; // it would be renewed again and again
    }
    try {
      return renew(context, identity, time);
    } catch (StatusRuntimeException | SigningException | IOException e) {
      if (!over) {
        return identity; // it still works; the next command tries again
      }
      String why =
          e instanceof StatusRuntimeException status
              ? String.valueOf(CallErrors.failure(context, status).getMessage())
              : String.valueOf(e.getMessage());
      throw new CliFailure(
          ExitCode.CONTROLLER,
          "the operator certificate "
              + context.cert()
              + " expired at "
              + identity.end()
              + " and was not renewed: "
              + why
              + "; get a newer one (the first operator's lies in data_dir/operator on the"
              + " controller's machine)");
    }
  }

  /** Who renews a certificate elsewhere asks for the fleet's roots about as often as others do. */
  private static Identity withCurrentRoots(Context context, Identity identity, TimeSource time) {
    try {
      Instant looked = Files.getLastModifiedTime(context.ca()).toInstant();
      if (time.instant().isBefore(looked.plus(ROOTS_EVERY)) || !isWritable(context.ca())) {
        return identity;
      }
      return refresh(context, identity, time);
    } catch (StatusRuntimeException | SigningException | IOException e) {
      return identity; // the next command tries again
    }
  }

  /** Takes over the fleet's roots now, without a newer certificate. */
  private static Identity refresh(Context context, Identity identity, TimeSource time)
      throws SigningException, IOException {
    OperatorCertificate answer = ask(context, identity, ByteString.EMPTY);
    Identity refreshed = new Identity(identity.tls(), roots(answer, identity, time));
    // Also if they are the same: its time says when they were looked at.
    replace(context.ca(), Pem.encode(refreshed.roots()));
    return refreshed;
  }

  private static List<X509Certificate> roots(
      OperatorCertificate answer, Identity identity, TimeSource time) throws SigningException {
    return new RootSuccession(parse(answer.getCaRootsList()), parse(answer.getEndorsementsList()))
        .takenOver(identity.roots(), time.instant());
  }

  private static boolean isWritable(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    return folder != null && Files.isWritable(folder);
  }

  /** Renews now, if the fleet CA issued the certificate, and takes over the fleet's roots. */
  static Identity renew(Context context, Identity identity, TimeSource time)
      throws SigningException, IOException {
    if (!identity.isOfTheFleet()) {
      return refresh(context, identity, time);
    }
    X509Certificate present = identity.tls().certificate();
    KeyPair pair = new KeyPair(present.getPublicKey(), identity.tls().key());
    OperatorCertificate answer =
        ask(context, identity, ByteString.copyFrom(CertificateRequest.create(pair, "operator")));
    List<X509Certificate> chain = parse(answer.getCertificateChainList());
    if (chain.isEmpty() || !chain.getFirst().getPublicKey().equals(present.getPublicKey())) {
      throw new SigningException(
          SigningException.Reason.MALFORMED, "the controller sent a certificate for another key");
    }
    List<X509Certificate> roots = roots(answer, identity, time);
    // Roots first: more of them never hurt, and the newer certificate may be of a newer root.
    if (!roots.equals(identity.roots())) {
      replace(context.ca(), Pem.encode(roots));
    }
    replace(context.cert(), Pem.encode(chain));
    return new Identity(new TlsIdentity(identity.tls().key(), chain), roots);
  }

  private static OperatorCertificate ask(Context context, Identity identity, ByteString csr) {
    ManagedChannel channel = Channels.open(context, identity);
    try {
      return CertificateServiceGrpc.newBlockingStub(channel)
          .withDeadlineAfter(PATIENCE)
          .renewOperatorCertificate(
              RenewOperatorCertificateRequest.newBuilder().setCsr(csr).build());
    } finally {
      channel.shutdownNow();
    }
  }

  private static List<X509Certificate> parse(List<ByteString> ders) throws SigningException {
    List<X509Certificate> certificates = new ArrayList<>();
    for (ByteString der : ders) {
      certificates.add(Pem.certificate(der.toByteArray(), "what the controller sent"));
    }
    return certificates;
  }

  private static void replace(Path file, String text) throws IOException {
    Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
    Path temporary =
        Files.createTempFile(
            target.getParent(),
            ".renewed",
            ".pem",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try (FileChannel out = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      out.force(true);
    }
    Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
  }
}
