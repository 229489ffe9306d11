/** The operator port's services: translate, decide nothing. */
@NullMarked
package dev.hostler.controller.api;

import org.jspecify.annotations.NullMarked;
