package dev.hostler.controller.link;

import com.google.protobuf.ByteString;
import dev.hostler.controller.index.IndexService;
import dev.hostler.controller.index.StoredIndex;
import dev.hostler.proto.v1.ControllerFrame;
import dev.hostler.proto.v1.TrustUpdate;
import dev.hostler.trust.index.SignedIndex;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What hosts are told of freshness and revocation. Thread-safe. */
public final class TrustFrames {
  private final IndexService indexes;
  private @Nullable StoredIndex framed;
  private @Nullable ControllerFrame frame;

  /** From these. */
  public TrustFrames(IndexService indexes) {
    this.indexes = indexes;
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
    if (index != null && !index.equals(framed)) {
      framed = index;
      frame =
          ControllerFrame.newBuilder()
              .setTrust(TrustUpdate.newBuilder().setIndex(index(index.signed())))
              .build();
    }
    return Optional.ofNullable(frame);
  }
}
