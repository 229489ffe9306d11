package dev.hostler.controller.bundle;

import dev.hostler.controller.failure.RequestException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;
import java.util.function.Function;

/** A bundle file on its way in, spooled to disk until it is whole. Not thread-safe. */
public final class BundleUpload implements AutoCloseable {
  private final BundleService service;
  private final Path file;
  private final FileChannel channel;
  private final long size;
  private long received;

  BundleUpload(BundleService service, Path folder, long size) {
    this.service = service;
    this.size = size;
    try {
      this.file = Files.createTempFile(folder, "push-", ".bundle");
      this.channel = FileChannel.open(file, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot spool a bundle in " + folder, e);
    }
  }

  /**
   * Takes the next bytes.
   *
   * @throws RequestException INVALID if they are more than was announced
   */
  public void append(ByteBuffer data) {
    received += data.remaining();
    if (received > size) {
      throw RequestException.invalid(
          "data", "at least " + received + " bytes", "size said " + size + "; send as many");
    }
    try {
      while (data.hasRemaining()) {
        channel.write(data);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot spool a bundle in " + file, e);
    }
  }

  /**
   * Verifies and stores what was taken.
   *
   * @param operator who pushes
   * @param gate given the bundle's name before it is stored; throws if the operator may not push it
   * @throws RequestException INVALID if it is not a bundle, is altered, cut off or not signed;
   *     ALREADY_EXISTS if another bundle has this name and version
   */
  public StoredBundle finish(String operator, Consumer<String> gate) {
    if (received != size) {
      throw RequestException.invalid(
          "data", received + " bytes", "size said " + size + "; send as many");
    }
    return service.store(file, size, operator, gate);
  }

  /**
   * Looks at what was taken, and stores nothing.
   *
   * @throws RequestException INVALID if it is not as much as was announced
   */
  public <R> R inspect(Function<Path, R> look) {
    if (received != size) {
      throw RequestException.invalid(
          "data", received + " bytes", "size said " + size + "; send as many");
    }
    return look.apply(file);
  }

  @Override
  public void close() {
    try {
      channel.close();
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + file, e);
    }
  }
}
