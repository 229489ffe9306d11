package dev.hostler.cli.command;

import com.google.protobuf.ListValue;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/** Reads JSON (RFC 8259) into the protocol's values; strict, no key twice. */
public final class JsonText {
  private static final long LARGEST_EXACT = 1L << 53;

  private JsonText() {}

  /**
   * The one value that {@code text} is.
   *
   * @throws IllegalArgumentException saying what is wrong and where
   */
  public static Value parse(String text) {
    JsonFactory factory =
        JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
    try (JsonParser parser = factory.createParser(ObjectReadContext.empty(), text)) {
      if (parser.nextToken() == null) {
        throw new IllegalArgumentException("it is empty");
      }
      Value value = value(parser);
      if (parser.nextToken() != null) {
        throw new IllegalArgumentException("something follows after the value");
      }
      return value;
    } catch (JacksonException e) {
      throw new IllegalArgumentException(
          e.getOriginalMessage()
              + (e.getLocation() == null
                  ? ""
                  : " (line "
                      + e.getLocation().getLineNr()
                      + ", column "
                      + e.getLocation().getColumnNr()
                      + ")"),
          e);
    }
  }

  private static Value value(JsonParser parser) {
    JsonToken token = parser.currentToken();
    return switch (token) {
      case START_OBJECT -> {
        Struct.Builder object = Struct.newBuilder();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String key = parser.currentName();
          parser.nextToken();
          object.putFields(key, value(parser));
        }
        yield Value.newBuilder().setStructValue(object).build();
      }
      case START_ARRAY -> {
        ListValue.Builder list = ListValue.newBuilder();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          list.addValues(value(parser));
        }
        yield Value.newBuilder().setListValue(list).build();
      }
      case VALUE_STRING -> Value.newBuilder().setStringValue(parser.getString()).build();
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(parser.getString());
      case VALUE_TRUE -> Value.newBuilder().setBoolValue(true).build();
      case VALUE_FALSE -> Value.newBuilder().setBoolValue(false).build();
      case VALUE_NULL -> Value.newBuilder().setNullValue(NullValue.NULL_VALUE).build();
      default -> throw new IllegalArgumentException("unexpected " + token);
    };
  }

  /**
   * A number. The protocol carries IEEE doubles, so an integer that one cannot hold exactly is
   * refused rather than changed.
   */
  public static Value number(String text) {
    double number = Double.parseDouble(text);
    if (Double.isInfinite(number) || Double.isNaN(number)) {
      throw new IllegalArgumentException(text + " is too large");
    }
    if (number == Math.rint(number)
        && Math.abs(number) >= LARGEST_EXACT
        && new java.math.BigDecimal(text).compareTo(new java.math.BigDecimal(number)) != 0) {
      throw new IllegalArgumentException(
          text + " cannot be passed exactly: whole numbers go up to 2^53");
    }
    return Value.newBuilder().setNumberValue(number).build();
  }
}
