package dev.hostler.cli.bundle;

import com.google.protobuf.ByteString;
import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.CallErrors;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.cli.console.Console;
import dev.hostler.cli.console.ExitCode;
import dev.hostler.cli.console.Format;
import dev.hostler.proto.v1.Bundle;
import dev.hostler.proto.v1.PushBundleRequest;
import dev.hostler.trust.bundle.BundleFile;
import dev.hostler.trust.bundle.TrustException;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code hostler bundle push}. */
@Command(
    name = "push",
    description = {
      "Gives a signed bundle to the controller.",
      "Pushing the same one again changes nothing."
    },
    footer = {"", "Examples:", "  hostler bundle push hello-0.1.0.hostler"})
public final class BundlePush implements Callable<Integer> {
  private static final int PIECE = 256 * 1024;

  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  @Parameters(index = "0", paramLabel = "FILE", description = "Bundle file.")
  private Path file = Path.of("");

  /** Made by the composition root. */
  public BundlePush(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    try (InputStream in = Files.newInputStream(file);
        Controller controller = context.connect(session)) {
      checkSigned();
      Bundle bundle = push(controller, in, Files.size(file));
      result.one(
          session.console(),
          BundleView.json(bundle),
          () ->
              "Pushed "
                  + bundle.getName()
                  + " "
                  + bundle.getVersion()
                  + " (digest "
                  + Format.hex(bundle.getManifestDigest())
                  + ").");
    } catch (IOException e) {
      throw Failures.of(e);
    }
    return 0;
  }

  /** What the controller would find as well, but before anything is sent. */
  private void checkSigned() throws IOException {
    try (BundleFile bundle = BundleFile.open(file)) {
      if (!bundle.isSigned()) {
        throw CliFailure.usage(
            file + " is not signed; sign it with hostler bundle sign " + file + " --signer FOLDER");
      }
    } catch (TrustException e) {
      throw CliFailure.usage(file + ": " + e.getMessage());
    }
  }

  private Bundle push(Controller controller, InputStream in, long size) throws IOException {
    Console console = session.console();
    try (Upload upload = new Upload(controller)) {
      long sent = 0;
      boolean first = true;
      while (first || sent < size) {
        byte[] piece = in.readNBytes(PIECE);
        if (piece.length == 0 && sent < size) {
          throw new IOException(file + " became shorter while it was read");
        }
        PushBundleRequest.Builder request =
            PushBundleRequest.newBuilder().setData(ByteString.copyFrom(piece));
        if (first) {
          request.setSize(size);
          first = false;
        }
        if (!upload.send(request.build())) {
          break;
        }
        sent += piece.length;
        if (!result.json()) {
          console.progress(Format.bytes(sent) + " of " + Format.bytes(size) + " sent");
        }
      }
      Bundle bundle = upload.finish();
      console.endProgress();
      return bundle;
    } catch (StatusRuntimeException e) {
      throw CallErrors.failure(controller.context(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CliFailure(ExitCode.INTERRUPTED, "interrupted");
    }
  }
}
