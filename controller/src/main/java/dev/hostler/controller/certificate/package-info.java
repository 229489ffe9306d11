/** Renewals of certificates, and how one fleet CA takes the place of another. */
@NullMarked
package dev.hostler.controller.certificate;

import org.jspecify.annotations.NullMarked;
