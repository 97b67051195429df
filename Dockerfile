# The program, the certificates to trust and the time zones, nothing else, as a user
# without rights. deploy/kubernetes runs it every night.
#
#   docker build -t registry.example.com/holdfast:0.1.0 --build-arg RELEASED=0.1.0 .
#   docker run --rm -v "$PWD/runs:/runs" registry.example.com/holdfast:0.1.0 scan --out /runs
FROM golang:1.26 AS build
ARG RELEASED=""
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.released=${RELEASED}" -o /holdfast ./cmd/holdfast

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /holdfast /holdfast
USER 65532:65532
ENTRYPOINT ["/holdfast"]
