# syntax=docker/dockerfile:1
FROM golang:1.27.4 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ENV CGO_ENABLED=0
RUN make build && mkdir /data

# The program needs nothing but itself, and the roots of certificates to fetch weights.
FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /src/bin/trapped /trapped
COPY --from=build --chown=65532:65532 /data /data
USER 65532:65532
ENV TRAPPED_DATA=/data TRAPPED_ADDR=0.0.0.0:8080
VOLUME /data
EXPOSE 8080
HEALTHCHECK --start-period=30s CMD ["/trapped", "health"]
ENTRYPOINT ["/trapped"]
CMD ["serve"]
