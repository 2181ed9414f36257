package webdriver

import (
	"bufio"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
)

// A socket is a client's WebSocket (RFC 6455) as far as a browser on this machine needs one: text,
// in frames of its own.
type socket struct {
	conn net.Conn
	in   *bufio.Reader
}

const (
	opText  = 1
	opClose = 8
	final   = 0x80
	masked  = 0x80
)

func dial(host, path string) (*socket, error) {
	conn, err := net.Dial("tcp", host)
	if err != nil {
		return nil, err
	}
	key := make([]byte, 16)
	_, _ = rand.Read(key)
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n\r\n",
		path, host, base64.StdEncoding.EncodeToString(key))
	s := &socket{conn, bufio.NewReader(conn)}
	resp, err := http.ReadResponse(s.in, nil)
	if err != nil || resp.StatusCode != http.StatusSwitchingProtocols {
		conn.Close()
		return nil, errors.Join(err, errors.New("this is no WebSocket"))
	}
	return s, nil
}

// send writes one message.
func (s *socket) send(text []byte) error {
	head := []byte{final | opText}
	switch n := len(text); {
	case n < 126:
		head = append(head, masked|byte(n))
	case n < 1<<16:
		head = binary.BigEndian.AppendUint16(append(head, masked|126), uint16(n))
	default:
		head = binary.BigEndian.AppendUint64(append(head, masked|127), uint64(n))
	}
	head = append(head, 0, 0, 0, 0) // a mask that changes nothing: nobody stands between
	_, err := s.conn.Write(append(head, text...))
	return err
}

// receive reads one message, of as many frames as it has.
func (s *socket) receive() ([]byte, error) {
	var message []byte
	for {
		var head [2]byte
		if _, err := io.ReadFull(s.in, head[:]); err != nil {
			return nil, err
		}
		n := uint64(head[1] &^ masked)
		var long [8]byte
		switch n {
		case 126:
			if _, err := io.ReadFull(s.in, long[6:]); err != nil {
				return nil, err
			}
			n = binary.BigEndian.Uint64(long[:])
		case 127:
			if _, err := io.ReadFull(s.in, long[:]); err != nil {
				return nil, err
			}
			n = binary.BigEndian.Uint64(long[:])
		}
		frame := make([]byte, n)
		if _, err := io.ReadFull(s.in, frame); err != nil {
			return nil, err
		}
		switch op := head[0] & 15; {
		case op == opClose:
			return nil, io.EOF
		case op > opClose: // somebody asks whether we are there; on one machine nobody needs to know
			continue
		}
		if message = append(message, frame...); head[0]&final != 0 {
			return message, nil
		}
	}
}
