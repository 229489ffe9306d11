package dev.hostler.agent.link;

import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.hostler.agent.attempt.LimitHit;
import dev.hostler.trust.limits.Limit;
import dev.hostler.trust.limits.Limits;
import java.util.EnumMap;

/** Limits in frames: each has the field of its own name. */
final class LimitFields {
  private LimitFields() {}

  private static FieldDescriptor field(Limit limit) {
    return dev.hostler.proto.v1.Limits.getDescriptor().findFieldByName(limit.field());
  }

  static dev.hostler.proto.v1.Limits message(Limits limits) {
    dev.hostler.proto.v1.Limits.Builder message = dev.hostler.proto.v1.Limits.newBuilder();
    limits.values().forEach((limit, value) -> message.setField(field(limit), value));
    return message.build();
  }

  static Limits read(dev.hostler.proto.v1.Limits message) {
    EnumMap<Limit, Long> values = new EnumMap<>(Limit.class);
    for (Limit limit : Limit.values()) {
      if (message.hasField(field(limit))) {
        values.put(limit, (Long) message.getField(field(limit)));
      }
    }
    return Limits.of(values);
  }

  static dev.hostler.proto.v1.LimitHit hit(LimitHit hit) {
    return dev.hostler.proto.v1.LimitHit.newBuilder()
        .setLimit(hit.limit())
        .setValue(hit.value())
        .setCount(hit.count())
        .setSetBy(hit.setBy())
        .setShare(hit.share())
        .setEnded(hit.ended())
        .build();
  }
}
