package dev.hostler.controller.job;

/**
 * A transition of a locked row, to be written.
 *
 * @param row the row as it was read under lock
 * @param to its next state
 * @param message for people; may be empty
 */
record Move(TaskRow row, TaskState to, String message) {}
