package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/gotd/td/telegram"
	"github.com/gotd/td/telegram/auth"
	"github.com/gotd/td/telegram/auth/qrlogin"
	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

func logIn(ctx context.Context, client *telegram.Client, dispatcher tg.UpdateDispatcher, job Job) error {
	switch job.Kind {
	case "phone":
		code := auth.CodeAuthenticatorFunc(func(context.Context, *tg.AuthSentCode) (string, error) { return job.Code, nil })
		flow := auth.NewFlow(auth.Constant(job.Phone, job.Password, code), auth.SendCodeOptions{})
		return flow.Run(ctx, client.Auth())
	case "bot":
		_, err := client.Auth().Bot(ctx, job.BotToken)
		return err
	case "qr":
		return logInByQR(ctx, client, dispatcher, job)
	case "continue":
		return nil
	default:
		return fmt.Errorf("no such kind of job: %q", job.Kind)
	}
}

func logInByQR(ctx context.Context, client *telegram.Client, dispatcher tg.UpdateDispatcher, job Job) error {
	// The update may arrive before the client waits for it, so it is kept.
	loggedIn := make(chan struct{}, 1)
	dispatcher.OnLoginToken(func(context.Context, tg.Entities, *tg.UpdateLoginToken) error {
		loggedIn <- struct{}{}
		return nil
	})
	scan := func(ctx context.Context, token qrlogin.Token) error { return accept(ctx, job, token) }
	_, err := client.QR().Auth(ctx, loggedIn, scan)
	if tgerr.Is(err, "SESSION_PASSWORD_NEEDED") {
		_, err = client.Auth().Password(ctx, job.Password)
	}
	return err
}

// Accepts a QR login as the account's other device would, through the sandbox's control API.
func accept(ctx context.Context, job Job, token qrlogin.Token) error {
	order, err := json.Marshal(map[string]string{"token": token.String(), "phone": job.Phone})
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, job.ControlURL+"/accept-login-token", bytes.NewReader(order))
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("the sandbox answered %s", answer.Status)
	}
	return nil
}
