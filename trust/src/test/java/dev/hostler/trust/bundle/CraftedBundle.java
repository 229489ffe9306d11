package dev.hostler.trust.bundle;

import com.github.luben.zstd.Zstd;
import dev.hostler.common.signing.DetachedCms;
import dev.hostler.trust.bundle.Manifest.PayloadFile;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Puts bundles together part by part, with an independent tar writer for what must be refused.
 * Signs whatever it is given: an attacker may well hold a valid signature over something else.
 */
final class CraftedBundle {
  private final BundleSigner signer;
  private final List<PayloadFile> listed = new ArrayList<>();
  private final ByteArrayOutputStream tarBytes = new ByteArrayOutputStream();
  private UnaryOperator<byte[]> manifest = UnaryOperator.identity();
  private UnaryOperator<byte[]> payloadTar = UnaryOperator.identity();
  private UnaryOperator<byte[]> compressed = UnaryOperator.identity();
  private UnaryOperator<byte[]> signature = UnaryOperator.identity();

  CraftedBundle(BundleSigner signer) {
    this.signer = signer;
  }

  /** Lists a file in the manifest without packing it. */
  CraftedBundle list(String path, String content, boolean executable) {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    return listAs(path, bytes.length, PayloadReader.sha256().digest(bytes), executable);
  }

  CraftedBundle listAs(String path, long size, byte[] sha256, boolean executable) {
    listed.add(new PayloadFile(path, executable, size, HexFormat.of().formatHex(sha256)));
    return this;
  }

  /** Packs a regular file as our own builder does. */
  CraftedBundle pack(String path, String content, int mode) {
    return pack(path, '0', "", content, mode);
  }

  /** Packs any entry, in an otherwise perfect header. */
  CraftedBundle pack(String path, char type, String link, String content, int mode) {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    byte[] header = UstarHeader.file(path, mode, bytes.length);
    header[156] = (byte) type;
    byte[] target = link.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(target, 0, header, 157, Math.min(target.length, 100));
    Arrays.fill(header, 148, 156, (byte) ' ');
    int sum = 0;
    for (byte b : header) {
      sum += b & 0xff;
    }
    byte[] checksum = String.format("%06o", sum).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(checksum, 0, header, 148, 6);
    header[154] = 0;
    tarBytes.writeBytes(header);
    tarBytes.writeBytes(bytes);
    tarBytes.writeBytes(new byte[UstarHeader.padding(bytes.length)]);
    return this;
  }

  /** Lists and packs a file. */
  CraftedBundle file(String path, String content) {
    return list(path, content, true).pack(path, content, 0755);
  }

  CraftedBundle manifest(UnaryOperator<byte[]> change) {
    manifest = change;
    return this;
  }

  CraftedBundle payloadTar(UnaryOperator<byte[]> change) {
    payloadTar = change;
    return this;
  }

  CraftedBundle compressed(UnaryOperator<byte[]> change) {
    compressed = change;
    return this;
  }

  CraftedBundle signature(UnaryOperator<byte[]> change) {
    signature = change;
    return this;
  }

  /** The manifest as listed; the action runs the first file. */
  byte[] manifestJson() throws Exception {
    BundleToml toml =
        BundleToml.parse(
            """
            name = "crafted"
            version = "1.0.0"
            [actions.run]
            argv = ["%s"]
            """
                .formatted(SampleManifest.PROGRAM));
    return SampleManifest.with(toml, listed);
  }

  Path write(Path target) throws Exception {
    tarBytes.writeBytes(new byte[2 * UstarHeader.BLOCK]);
    byte[] blocks = tarBytes.toByteArray();
    byte[] json = manifest.apply(manifestJson());
    byte[] cms =
        signature.apply(DetachedCms.sign(json, signer.key(), signer.chain(), SampleBundle.NOW));
    byte[] payload = compressed.apply(Zstd.compress(payloadTar.apply(blocks), 3));
    Path file = target.resolveSibling(target.getFileName() + ".payload");
    Files.write(file, payload);
    BundleWriter.write(target, json, cms, file);
    Files.delete(file);
    return target;
  }
}
