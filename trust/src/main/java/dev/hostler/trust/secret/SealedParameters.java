package dev.hostler.trust.secret;

import dev.hostler.trust.json.Json;
import dev.hostler.trust.secret.SecretException.Reason;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.Map;
import java.util.Queue;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Parameters of a job of which those that the action's schema calls {@code "writeOnly": true} are
 * sealed: in their place stands {@code {"$sealed": CIPHERTEXT}}, which is part of what the operator
 * signs. The keys travel beside the signed statement, one for each host, and open nothing else.
 *
 * @param params canonical JSON, with ciphertext where a secret was
 * @param keys wrapped keys by host id; empty if nothing is secret
 */
public record SealedParameters(String params, SortedMap<String, byte[]> keys) {
  /** Names the form; bound into every ciphertext. */
  public static final String FORMAT = "hostler.sealed/1";

  /** The only member of what stands in a secret's place. */
  public static final String MARK = "$sealed";

  /** How many bytes a wrapped key has. */
  public static final int WRAPPED_BYTES = WrappedKey.BYTES;

  public SealedParameters {
    keys = Collections.unmodifiableSortedMap(new TreeMap<>(keys));
  }

  /** Names of the secret parameters of a schema: those with {@code "writeOnly": true}. */
  public static SortedSet<String> secrets(String schemaJson) {
    SortedSet<String> names = new TreeSet<>();
    for (Map.Entry<String, JsonNode> one :
        Json.MAPPER.readTree(schemaJson).path("properties").properties()) {
      if (one.getValue().path("writeOnly").asBoolean(false)) {
        names.add(one.getKey());
      }
    }
    return names;
  }

  /** Does ciphertext stand here in a value's place? Says nothing on whether it can be opened. */
  public static boolean isSealed(JsonNode value) {
    return value.isObject() && value.size() == 1 && value.path(MARK).isString();
  }

  /**
   * Does ciphertext stand for any of these parameters?
   *
   * @param params a JSON object
   */
  public static boolean hasSealed(String params) {
    return !sealed((ObjectNode) Json.MAPPER.readTree(params)).isEmpty();
  }

  /**
   * Makes sure that exactly the secret ones among these parameters are sealed.
   *
   * @param params a JSON object
   * @throws SecretException MALFORMED, naming the parameter and not its value
   */
  public static void requireSealed(String params, String schemaJson) throws SecretException {
    ObjectNode values = (ObjectNode) Json.MAPPER.readTree(params);
    SortedSet<String> secrets = secrets(schemaJson);
    SortedSet<String> sealed = sealed(values);
    for (String name : values.propertyNames()) {
      if (secrets.contains(name) != sealed.contains(name)) {
        throw new SecretException(
            Reason.MALFORMED,
            secrets.contains(name)
                ? "params." + name + ": is secret and was not sealed"
                : "params." + name + ": is sealed, but is not secret in the action's schema");
      }
    }
  }

  private static SortedSet<String> sealed(ObjectNode values) {
    SortedSet<String> names = new TreeSet<>();
    for (Map.Entry<String, JsonNode> one : values.properties()) {
      if (isSealed(one.getValue())) {
        names.add(one.getKey());
      }
    }
    return names;
  }

  /**
   * Seals.
   *
   * @param params a JSON object that fits the schema
   * @param schemaJson the action's schema
   * @param nonce of the job
   * @param hosts the P-256 keys of all targets by host id
   * @throws SecretException UNUSABLE_KEY
   */
  public static SealedParameters seal(
      String params, String schemaJson, String nonce, Map<String, PublicKey> hosts)
      throws SecretException {
    ObjectNode values = (ObjectNode) Json.MAPPER.readTree(params);
    SortedSet<String> secrets = secrets(schemaJson);
    secrets.removeIf(name -> !values.has(name));
    SortedMap<String, byte[]> keys = new TreeMap<>();
    if (!secrets.isEmpty()) {
      byte[] contentKey = ContentKey.random();
      try {
        ContentKey content = new ContentKey(contentKey, nonce);
        for (String name : secrets) {
          // In an array, because the canonical form is defined for arrays and objects only.
          byte[] value = Json.canonical(Json.MAPPER.createArrayNode().add(values.get(name)));
          String sealed = base64(content.seal(name, value));
          values.set(name, Json.MAPPER.createObjectNode().put(MARK, sealed));
        }
        wrap(contentKey, nonce, hosts, keys);
      } finally {
        Arrays.fill(contentKey, (byte) 0);
      }
    }
    return new SealedParameters(Json.canonicalText(values), keys);
  }

  /** On all processors: there may be 50,000 hosts. */
  private static void wrap(
      byte[] contentKey, String nonce, Map<String, PublicKey> hosts, Map<String, byte[]> keys)
      throws SecretException {
    Map<String, byte[]> wrapped = new ConcurrentHashMap<>();
    Queue<SecretException> failures = new ConcurrentLinkedQueue<>();
    hosts.entrySet().parallelStream()
        .forEach(host -> {
          try {
            wrapped.put(
                host.getKey(), WrappedKey.wrap(contentKey, host.getValue(), host.getKey(), nonce));
          } catch (SecretException e) {
            failures.add(e);
          }
        });
    SecretException failure = failures.peek();
    if (failure != null) {
      throw failure;
    }
    keys.putAll(wrapped);
  }

  /**
   * Opens, on the host, what is sealed; the rest stays.
   *
   * @param params from the signed statement
   * @param wrapped this host's key; empty if there is none
   * @param nonce of the job
   * @param host the key that this host has now
   * @return canonical JSON with the secrets: not to be written anywhere
   * @throws SecretException MALFORMED, NO_KEY, CANNOT_OPEN or UNUSABLE_KEY
   */
  public static String open(
      String params, byte[] wrapped, String nonce, String hostId, KeyPair host)
      throws SecretException {
    ObjectNode values = (ObjectNode) Json.MAPPER.readTree(params);
    SortedSet<String> sealed = sealed(values);
    if (sealed.isEmpty()) {
      return params;
    }
    byte[] contentKey = WrappedKey.unwrap(wrapped, host, hostId, nonce);
    try {
      ContentKey content = new ContentKey(contentKey, nonce);
      for (String name : sealed) {
        byte[] value = content.open(name, bytes(name, values.get(name).path(MARK).asString()));
        values.set(name, Json.MAPPER.readTree(value).get(0));
      }
    } finally {
      Arrays.fill(contentKey, (byte) 0);
    }
    return Json.canonicalText(values);
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static byte[] bytes(String name, String text) throws SecretException {
    try {
      return Base64.getUrlDecoder().decode(text.getBytes(StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      throw new SecretException(
          Reason.MALFORMED, "the sealed parameter " + name + " is not base64url");
    }
  }
}
