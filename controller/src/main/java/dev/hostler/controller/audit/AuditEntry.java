package dev.hostler.controller.audit;

import java.time.Instant;

/**
 * A row of the audit log.
 *
 * @param sequence position in the log, from 1, without gaps
 * @param at when
 * @param actor who
 * @param verb what was done, for example "job.submit"
 * @param subject to what, for example "job:ID"
 * @param details JSON object
 * @param result "ok" or "refused"
 * @param previousHash hash of the row before, in hex
 * @param hash its own, in hex
 */
public record AuditEntry(
    long sequence,
    Instant at,
    Actor actor,
    String verb,
    String subject,
    String details,
    String result,
    String previousHash,
    String hash) {}
