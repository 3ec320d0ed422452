package main

import (
	"context"
	"fmt"
	"time"

	"github.com/gotd/td/crypto"
	"github.com/gotd/td/session"
	"github.com/gotd/td/telegram"
	"github.com/gotd/td/telegram/dcs"
	"github.com/gotd/td/tg"
)

// Any application will do for a sandbox.
const (
	apiID   = 4242
	apiHash = "anything"
)

func run(ctx context.Context, job Job) (Report, error) {
	report := Report{}
	keys, err := crypto.ParseRSAPublicKeys([]byte(job.PublicKey))
	if err != nil {
		return report, fmt.Errorf("read the public key: %w", err)
	}
	storage := &session.StorageMemory{}
	if job.Kind == "continue" {
		if err := storage.StoreSession(ctx, job.Session); err != nil {
			return report, err
		}
	}
	options := telegram.Options{
		DC:             job.DC,
		DCList:         dcs.List{Options: optionsOf(job.DataCentres)},
		Resolver:       dcs.Plain(dcs.PlainOptions{}),
		SessionStorage: storage,
	}
	for _, key := range keys {
		options.PublicKeys = append(options.PublicKeys, telegram.PublicKey{RSA: key})
	}
	dispatcher := tg.NewUpdateDispatcher()
	options.UpdateHandler = dispatcher
	logs := &collector{}
	options.Logger = logs
	client := telegram.NewClient(apiID, apiHash, options)
	began := time.Now()
	err = client.Run(ctx, func(ctx context.Context) error {
		if _, err := client.API().HelpGetConfig(ctx); err != nil {
			return fmt.Errorf("help.getConfig: %w", err)
		}
		report.ConnectMs = time.Since(began).Milliseconds()
		if err := logIn(ctx, client, dispatcher, job); err != nil {
			return fmt.Errorf("log in: %w", err)
		}
		return use(ctx, client, job, &report)
	})
	report.Warnings = logs.lines()
	return report, err
}

func optionsOf(addresses []Address) []tg.DCOption {
	options := make([]tg.DCOption, 0, len(addresses))
	for _, address := range addresses {
		options = append(options, tg.DCOption{ID: address.ID, IPAddress: address.IP, Port: address.Port})
	}
	return options
}

// Makes the calls that a client makes after the login.
func use(ctx context.Context, client *telegram.Client, job Job, report *Report) error {
	self, err := client.Self(ctx)
	if err != nil {
		return fmt.Errorf("users.getUsers: %w", err)
	}
	report.UserID, report.Username = self.ID, self.Username
	api := client.API()
	state, err := api.UpdatesGetState(ctx)
	if err != nil {
		return fmt.Errorf("updates.getState: %w", err)
	}
	difference, err := api.UpdatesGetDifference(ctx, &tg.UpdatesGetDifferenceRequest{Pts: state.Pts, Date: state.Date, Qts: state.Qts})
	if err != nil {
		return fmt.Errorf("updates.getDifference: %w", err)
	}
	report.Difference = difference.TypeName()
	if !self.Bot {
		if report.Chats, err = chats(ctx, api); err != nil {
			return fmt.Errorf("messages.getDialogs: %w", err)
		}
	}
	if job.LogOut {
		if _, err := api.AuthLogOut(ctx); err != nil {
			return fmt.Errorf("auth.logOut: %w", err)
		}
		report.LoggedOut = true
	}
	return nil
}

func chats(ctx context.Context, api *tg.Client) ([]string, error) {
	answer, err := api.MessagesGetDialogs(ctx, &tg.MessagesGetDialogsRequest{OffsetPeer: &tg.InputPeerEmpty{}, Limit: 100})
	if err != nil {
		return nil, err
	}
	dialogs, ok := answer.(*tg.MessagesDialogs)
	if !ok {
		return nil, fmt.Errorf("unexpected %s", answer.TypeName())
	}
	names := []string{}
	for _, chat := range dialogs.Chats {
		switch chat := chat.(type) {
		case *tg.Chat:
			names = append(names, chat.Title)
		case *tg.Channel:
			names = append(names, chat.Title)
		}
	}
	return names, nil
}
