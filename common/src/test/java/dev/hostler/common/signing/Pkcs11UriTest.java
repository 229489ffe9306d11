package dev.hostler.common.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Pkcs11UriTest {
  @Test
  void readsAttributesAndDecodesThem() throws Exception {
    Pkcs11Uri uri =
        Pkcs11Uri.parse(
            "pkcs11:token=The%20Ops+Token;object=%C3%BCber;id=%01%02;type=private"
                + "?module-path=/usr/lib/x.so&pin-source=file:///run/pin");
    assertThat(uri.attributes())
        .containsAllEntriesOf(
            Map.of("token", "The Ops+Token", "object", "über", "type", "private"));
    assertThat(uri.module()).isEqualTo(Path.of("/usr/lib/x.so"));
    assertThat(uri.pinFile()).isEqualTo(Path.of("/run/pin"));
    assertThat(Pkcs11Uri.parse("pkcs11:?module-path=/m").attributes()).isEmpty();
    assertThat(Pkcs11Uri.isOne("keys/pkcs11:x")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "pkcs11:token=a, module-path",
        "pkcs11:token=a?module-path=lib.so, module-path",
        "pkcs11:token=a;token=b?module-path=/m, twice",
        "pkcs11:label=a?module-path=/m, 'label' is not known",
        "pkcs11:token?module-path=/m, NAME=VALUE",
        "pkcs11:token=%2?module-path=/m, percent",
        "pkcs11:token=%zz?module-path=/m, percent",
        "pkcs11:type=cert?module-path=/m, no private key",
        "pkcs11:slot-id=x?module-path=/m, not a number",
        "pkcs11:?module-path=/m&pin-source=pin, absolute",
        "pkcs11:?module-path=/m&max=1, 'max' is not known",
        "pkcs11:?module-path=/m&pin-value=secret99, list of processes"
      })
  void refusesOthersAndSaysWhy(String text, String word) {
    assertThatThrownBy(() -> Pkcs11Uri.parse(text))
        .isInstanceOf(SigningException.class)
        .hasMessageContaining(word)
        .message()
        .doesNotContain("secret99");
  }
}
