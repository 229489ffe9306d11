package dev.hostler.common.signing;

import dev.hostler.common.signing.SigningException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Security;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A key on a PKCS#11 token, through the JDK's provider, which stays registered in this process so
 * that signatures and TLS find the way to the token by the key alone. The JDK finds a key by the
 * certificate that lies beside it on the token under the same id.
 *
 * @param pin asked unless the URI names a file
 */
record Pkcs11Key(Pkcs11Uri uri, PinSource pin) implements KeySource {

  @Override
  public PrivateKey key(X509Certificate certificate) throws IOException, SigningException {
    KeyAlgorithm.of(certificate.getPublicKey());
    Pkcs11Slots.Token token = token();
    KeyStore store = open(token);
    try {
      List<String> others = new ArrayList<>();
      for (String alias : java.util.Collections.list(store.aliases())) {
        Certificate beside = store.getCertificate(alias);
        if (!store.isKeyEntry(alias) || beside == null) {
          continue;
        }
        if (isNamed(alias) && beside.getPublicKey().equals(certificate.getPublicKey())) {
          return (PrivateKey) store.getKey(alias, null);
        }
        others.add(alias);
      }
      throw new SigningException(
          Reason.MALFORMED,
          "the token '"
              + token.label()
              + "' has no private key "
              + (uri.attributes().containsKey("object")
                  ? "'" + uri.attributes().get("object") + "' "
                  : "")
              + "that belongs to the certificate of '"
              + certificate.getSubjectX500Principal()
              + "'. It has, with a certificate beside them: "
              + others
              + ". A key is found by the certificate that is stored on the token under the same id");
    } catch (GeneralSecurityException e) {
      throw new IOException("the token '" + token.label() + "' cannot be read: " + e, e);
    }
  }

  /** The JDK calls a key by its label, followed by more if there are several of that label. */
  private boolean isNamed(String alias) {
    String object = uri.attributes().get("object");
    return object == null || alias.equals(object) || alias.startsWith(object + "/");
  }

  private Pkcs11Slots.Token token() throws IOException, SigningException {
    if (!Files.isReadable(uri.module())) {
      throw new IOException("there is no PKCS#11 library " + uri.module());
    }
    List<Pkcs11Slots.Token> all = Pkcs11Slots.tokens(uri.module());
    List<Pkcs11Slots.Token> fitting = all.stream().filter(this::fits).toList();
    if (fitting.size() != 1) {
      throw new SigningException(
          Reason.MALFORMED,
          fitting.size()
              + " tokens fit the URI, exactly one is expected. "
              + uri.module()
              + " has: "
              + all.stream().map(one -> "'" + one.label() + "' serial " + one.serial()).toList());
    }
    return fitting.getFirst();
  }

  private boolean fits(Pkcs11Slots.Token token) {
    Map<String, String> wanted = uri.attributes();
    return is(wanted.get("token"), token.label())
        && is(wanted.get("manufacturer"), token.manufacturer())
        && is(wanted.get("model"), token.model())
        && is(wanted.get("serial"), token.serial())
        && is(wanted.get("slot-id"), Long.toString(token.id()));
  }

  private static boolean is(@Nullable String wanted, String found) {
    return wanted == null || wanted.equals(found);
  }

  private KeyStore open(Pkcs11Slots.Token token) throws IOException, SigningException {
    char[] secret = secret(token);
    try {
      KeyStore store = KeyStore.getInstance("PKCS11", provider(token));
      store.load(null, secret);
      return store;
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      throw new SigningException(
          Reason.MALFORMED,
          "the token '" + token.label() + "' does not open: " + e.getMessage() + " (wrong PIN?)",
          e);
    } finally {
      Arrays.fill(secret, '\0');
    }
  }

  private char[] secret(Pkcs11Slots.Token token) throws IOException {
    if (uri.pinFile() == null) {
      return pin.pin("'" + token.label() + "'");
    }
    List<String> lines = Files.readAllLines(uri.pinFile());
    if (lines.isEmpty() || lines.getFirst().isEmpty()) {
      throw new IOException(uri.pinFile() + " is empty: its first line is the PIN");
    }
    return lines.getFirst().toCharArray();
  }

  private Provider provider(Pkcs11Slots.Token token) {
    String name = "hostler-" + Integer.toHexString(uri.module().hashCode()) + "-" + token.id();
    synchronized (Pkcs11Key.class) {
      Provider known = Security.getProvider("SunPKCS11-" + name);
      if (known != null) {
        return known;
      }
      // "--" and then the text of a configuration instead of the name of a file that holds one.
      Provider made =
          Security.getProvider("SunPKCS11")
              .configure(
                  "--name=" + name + "\nlibrary=" + uri.module() + "\nslot=" + token.id() + "\n");
      Security.addProvider(made);
      return made;
    }
  }
}
