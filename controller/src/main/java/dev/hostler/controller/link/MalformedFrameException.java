package dev.hostler.controller.link;

/**
 * A frame breaks the contract in link.proto; the message names the field, its value and the fix.
 */
final class MalformedFrameException extends RuntimeException {
  MalformedFrameException(String message) {
    super(message);
  }
}
