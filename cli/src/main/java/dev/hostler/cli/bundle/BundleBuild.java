package dev.hostler.cli.bundle;

import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.cli.console.Format;
import dev.hostler.cli.console.Json;
import dev.hostler.trust.bundle.BundleBuilder;
import dev.hostler.trust.bundle.BundleFile;
import dev.hostler.trust.bundle.InvalidBundleException;
import dev.hostler.trust.bundle.Manifest;
import dev.hostler.trust.bundle.TrustException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code hostler bundle build}. */
@Command(
    name = "build",
    description = {
      "Packs a folder into a bundle file, not signed yet.",
      "The same folder always gives the same digest."
    },
    footer = {
      "",
      "Examples:",
      "  hostler bundle build hello",
      "  hostler bundle build hello --out /tmp/hello.hostler"
    })
public final class BundleBuild implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "FOLDER",
      description = "Folder with bundle.toml. Default: this one.")
  private Path folder = Path.of(".");

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Bundle file to write. Default: NAME-VERSION.hostler here.")
  private @Nullable Path out;

  /** Made by the composition root. */
  public BundleBuild(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    Path beside = out == null ? Path.of(".") : out.toAbsolutePath().getParent();
    try {
      Path temporary = Files.createTempFile(beside, ".hostler-", ".bundle");
      try {
        Manifest manifest = BundleBuilder.build(folder, temporary);
        Path target =
            out != null ? out : Path.of(manifest.name() + "-" + manifest.version() + ".hostler");
        Files.move(
            temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        print(target);
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (InvalidBundleException e) {
      throw CliFailure.usage(String.valueOf(e.getMessage()));
    } catch (TrustException e) {
      throw new IllegalStateException("a bundle that was just built is refused", e);
    } catch (IOException e) {
      throw Failures.of(e);
    }
    return 0;
  }

  private void print(Path target) throws IOException, TrustException {
    try (BundleFile file = BundleFile.open(target)) {
      long size = Files.size(target);
      Manifest manifest = file.manifest();
      result.one(
          session.console(),
          Json.object()
              .put("file", target)
              .put("name", manifest.name())
              .put("version", manifest.version())
              .put("manifest_digest", file.manifestDigestHex())
              .put("size", size),
          () ->
              "Built "
                  + manifest.name()
                  + " "
                  + manifest.version()
                  + ": "
                  + target
                  + " ("
                  + Format.bytes(size)
                  + ", digest "
                  + file.manifestDigestHex()
                  + ").\nNext: hostler bundle sign "
                  + target
                  + " --signer FOLDER");
    }
  }
}
