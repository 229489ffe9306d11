package dev.hostler.controller.access;

/**
 * Who calls.
 *
 * @param name as in the certificate
 */
public record Operator(String name) {}
