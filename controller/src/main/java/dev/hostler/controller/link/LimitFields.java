package dev.hostler.controller.link;

import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.hostler.proto.v1.LimitHit;
import dev.hostler.trust.limits.Limit;
import dev.hostler.trust.limits.Limits;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/** Limits in messages of both ports: each has the field of its own name. */
public final class LimitFields {
  private LimitFields() {}

  private static FieldDescriptor field(Limit limit) {
    return dev.hostler.proto.v1.Limits.getDescriptor().findFieldByName(limit.field());
  }

  /** As a message. */
  public static dev.hostler.proto.v1.Limits message(Limits limits) {
    dev.hostler.proto.v1.Limits.Builder message = dev.hostler.proto.v1.Limits.newBuilder();
    for (Map.Entry<Limit, Long> one : limits.values().entrySet()) {
      message.setField(field(one.getKey()), one.getValue());
    }
    return message.build();
  }

  /** Of a message; what is in it may be out of range. */
  public static Limits read(dev.hostler.proto.v1.Limits message) {
    EnumMap<Limit, Long> values = new EnumMap<>(Limit.class);
    for (Limit limit : Limit.values()) {
      if (message.hasField(field(limit))) {
        values.put(limit, (Long) message.getField(field(limit)));
      }
    }
    return Limits.of(values);
  }

  /** By the names of their fields, as far as they can be limits. */
  static Map<String, Long> numbers(dev.hostler.proto.v1.Limits message) {
    Map<String, Long> numbers = new TreeMap<>();
    read(message)
        .values()
        .forEach((limit, value) -> {
          if (value >= limit.least() && value <= limit.most()) {
            numbers.put(limit.field(), value);
          }
        });
    return numbers;
  }

  /** By the names of their fields. */
  public static Limits read(Map<String, Long> numbers) {
    EnumMap<Limit, Long> values = new EnumMap<>(Limit.class);
    for (Limit limit : Limit.values()) {
      Long value = numbers.get(limit.field());
      if (value != null) {
        values.put(limit, value);
      }
    }
    return Limits.of(values);
  }

  /** A limit that was reached. */
  public static LimitHit message(dev.hostler.controller.job.LimitHit hit) {
    return LimitHit.newBuilder()
        .setLimit(hit.limit())
        .setValue(hit.value())
        .setCount(hit.count())
        .setSetBy(hit.setBy())
        .setShare(hit.share())
        .setEnded(hit.ended())
        .build();
  }
}
