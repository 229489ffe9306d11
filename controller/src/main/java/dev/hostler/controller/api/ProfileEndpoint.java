package dev.hostler.controller.api;

import dev.hostler.controller.profile.Profiles;
import dev.hostler.proto.v1.GetProfileRequest;
import dev.hostler.proto.v1.ListProfilesRequest;
import dev.hostler.proto.v1.ListProfilesResponse;
import dev.hostler.proto.v1.Profile;
import dev.hostler.proto.v1.ProfileServiceGrpc;
import dev.hostler.proto.v1.PushProfileRequest;
import dev.hostler.proto.v1.RemoveProfileRequest;
import io.grpc.stub.StreamObserver;

/** Named profiles, on the operator port. */
public final class ProfileEndpoint extends ProfileServiceGrpc.ProfileServiceImplBase {
  private final Profiles profiles;

  /** Translates for these. */
  public ProfileEndpoint(Profiles profiles) {
    this.profiles = profiles;
  }

  @Override
  public void listProfiles(
      ListProfilesRequest request, StreamObserver<ListProfilesResponse> responses) {
    Unary.answer(
        responses,
        () -> {
          ListProfilesResponse.Builder response = ListProfilesResponse.newBuilder();
          profiles.list().stream()
              .map(one -> message(one).toBuilder().clearJson())
              .forEach(response::addProfiles);
          return response.build();
        });
  }

  @Override
  public void getProfile(GetProfileRequest request, StreamObserver<Profile> responses) {
    Unary.answer(responses, () -> message(profiles.get(request.getName())));
  }

  @Override
  public void pushProfile(PushProfileRequest request, StreamObserver<Profile> responses) {
    Unary.answer(
        responses,
        () -> message(profiles.push(Caller.name(), request.getName(), request.getJson())));
  }

  @Override
  public void removeProfile(RemoveProfileRequest request, StreamObserver<Profile> responses) {
    Unary.answer(responses, () -> message(profiles.remove(Caller.name(), request.getName())));
  }

  private static Profile message(dev.hostler.controller.profile.Profile profile) {
    return Profile.newBuilder()
        .setName(profile.name())
        .setJson(profile.json())
        .setSha256(profile.sha256())
        .setPushedAt(Unary.timestamp(profile.pushedAt()))
        .setPushedBy(profile.pushedBy())
        .build();
  }
}
