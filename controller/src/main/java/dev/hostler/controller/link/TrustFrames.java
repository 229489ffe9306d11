package dev.hostler.controller.link;

import com.google.protobuf.ByteString;
import dev.hostler.common.signing.RevocationLists;
import dev.hostler.controller.index.IndexService;
import dev.hostler.controller.index.StoredIndex;
import dev.hostler.proto.v1.ControllerFrame;
import dev.hostler.proto.v1.TrustUpdate;
import dev.hostler.trust.index.SignedIndex;
import java.security.cert.X509CRL;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What hosts are told of freshness and revocation. Thread-safe. */
public final class TrustFrames {
  private final IndexService indexes;
  private final Supplier<List<X509CRL>> lists;
  private final Supplier<List<byte[]>> answers;
  private @Nullable StoredIndex framed;
  private List<X509CRL> framedLists = List.of();
  private List<byte[]> framedAnswers = List.of();
  private @Nullable ControllerFrame frame;

  /**
   * @param indexes knows the index in force
   * @param lists revocation lists as they are now
   * @param answers OCSP answers as they are now, DER; another list whenever one is another
   */
  public TrustFrames(
      IndexService indexes, Supplier<List<X509CRL>> lists, Supplier<List<byte[]>> answers) {
    this.indexes = indexes;
    this.lists = lists;
    this.answers = answers;
  }

  /** An index as the contract has it. */
  public static dev.hostler.proto.v1.SignedIndex index(SignedIndex index) {
    return dev.hostler.proto.v1.SignedIndex.newBuilder()
        .setStatement(ByteString.copyFrom(index.statement()))
        .setSignature(ByteString.copyFrom(index.signature()))
        .build();
  }

  /** All there is to tell now; empty when there is nothing. The same object for all hosts. */
  synchronized Optional<ControllerFrame> current() {
    StoredIndex index = indexes.current();
    List<X509CRL> now = lists.get();
    List<byte[]> answered = answers.get();
    if (!Objects.equals(index, framed)
        || !now.equals(framedLists)
        || !answered.equals(framedAnswers)) {
      framed = index;
      framedAnswers = answered;
      framedLists = now;
      TrustUpdate.Builder update = TrustUpdate.newBuilder();
      if (index != null) {
        update.setIndex(index(index.signed()));
      }
      now.forEach(list -> update.addCrls(ByteString.copyFrom(RevocationLists.encoded(list))));
      answered.forEach(one -> update.addOcspResponses(ByteString.copyFrom(one)));
      frame = ControllerFrame.newBuilder().setTrust(update).build();
    }
    return Optional.ofNullable(frame);
  }
}
