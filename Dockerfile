# One image for servers and workers: the program alone, with everything in it, as a user
# without rights. docker build -t trapped . needs nothing but this folder.
FROM golang:1.27.4-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 make build && mkdir -p bin/data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /src/bin/trapped /trapped
COPY --from=build --chown=65532:65532 /src/bin/data /data
USER 65532:65532
ENV TRAPPED_ADDR=:8080 TRAPPED_DATA=/data
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["/trapped"]
CMD ["serve"]
